#include "domain/library/found_file.hpp"

#include <string_view>

namespace troupe {

std::string to_hex(const content_hash& hash) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(hash.size() * 2);
  for (const auto byte : hash) {
    text.push_back(digits[byte >> 4U]);
    text.push_back(digits[byte & 15U]);
  }
  return text;
}

} // namespace troupe
