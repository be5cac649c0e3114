#include "domain/text/base64.hpp"

#include <cstdint>

namespace troupe {

namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
                                    "nopqrstuvwxyz0123456789+/";

} // namespace

std::string to_base64(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto part = bytes.substr(at, 3);
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 3; ++i)
      word = word << 8
             | (i < part.size() ? static_cast<unsigned char>(part[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      text += i <= part.size() ? digits[word >> (18 - 6 * i) & 63U] : '=';
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t word = 0;
  std::size_t held_bits = 0;
  std::size_t symbols = 0;
  std::size_t padding = 0;
  for (const char each : text) {
    if (each == '\r' || each == '\n')
      continue;
    ++symbols;
    if (each == '=') {
      ++padding;
      continue;
    }
    const auto digit = digits.find(each);
    if (digit == std::string_view::npos || padding > 0)
      return std::nullopt;
    word = word << 6U | static_cast<std::uint32_t>(digit);
    held_bits += 6;
    if (held_bits >= 8) {
      held_bits -= 8;
      bytes += static_cast<char>(word >> held_bits & 0xFFU);
    }
  }
  // What is left over in the last group must be zero bits and padding.
  if (symbols % 4 != 0 || padding > 2 || (word & ((1U << held_bits) - 1U)) != 0)
    return std::nullopt;
  return bytes;
}

} // namespace troupe
