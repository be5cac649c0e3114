#include "tools/sample/ogg_serial.hpp"

#include <string_view>

namespace troupe::sample {

namespace {

// Offsets in a page's header, RFC 3533 section 6.
constexpr std::size_t serial_at = 14;
constexpr std::size_t checksum_at = 22;
constexpr std::size_t segments_at = 26;
constexpr std::size_t header_bytes = 27;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

void put_little_endian(std::string& to, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i)
    to[at + i] = static_cast<char>(value >> (8U * i));
}

/// CRC-32 of polynomial 0x04c11db7, not reflected, from 0.
std::uint32_t checksum(std::string_view page) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < page.size(); ++i) {
    sum ^= static_cast<std::uint32_t>(byte_at(page, i)) << 24U;
    for (int bit = 0; bit < 8; ++bit)
      sum = (sum << 1U) ^ ((sum & 0x80000000U) != 0 ? 0x04c11db7U : 0U);
  }
  return sum;
}

/// The length of the page that begins there, 0 if none does.
std::size_t page_bytes(std::string_view rest) {
  if (!rest.starts_with("OggS") || rest.size() < header_bytes)
    return 0;
  const std::size_t segments = byte_at(rest, segments_at);
  auto bytes = header_bytes + segments;
  if (rest.size() < bytes)
    return 0;
  for (std::size_t i = 0; i < segments; ++i)
    bytes += byte_at(rest, header_bytes + i);
  return bytes <= rest.size() ? bytes : 0;
}

} // namespace

void fix_ogg_serial(std::string& stream, std::uint32_t serial) {
  std::size_t at = 0;
  while (at < stream.size()) {
    const auto bytes = page_bytes(std::string_view{stream}.substr(at));
    if (bytes == 0)
      return;
    put_little_endian(stream, at + serial_at, serial);
    put_little_endian(stream, at + checksum_at, 0);
    const auto sum = checksum(std::string_view{stream}.substr(at, bytes));
    put_little_endian(stream, at + checksum_at, sum);
    at += bytes;
  }
}

} // namespace troupe::sample
