#include "domain/search/camelot.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace troupe::search {

std::optional<camelot_key> parse_camelot(std::string_view text) noexcept {
  if (text.size() < 2 || text.size() > 3)
    return std::nullopt;
  const char letter = text.back();
  text.remove_suffix(1);
  camelot_key key;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, key.number);
  if (read.ec != std::errc{} || read.ptr != end || key.number < 1
      || key.number > 12 || (letter != 'A' && letter != 'B'))
    return std::nullopt;
  key.minor = letter == 'A';
  return key;
}

std::string to_string(const camelot_key& key) {
  return std::to_string(key.number) + (key.minor ? 'A' : 'B');
}

int camelot_distance(const camelot_key& a, const camelot_key& b) noexcept {
  const int apart = std::abs(a.number - b.number);
  return std::min(apart, 12 - apart) + (a.minor == b.minor ? 0 : 1);
}

bool are_neighbours(const camelot_key& a, const camelot_key& b) noexcept {
  return camelot_distance(a, b) <= 1;
}

} // namespace troupe::search
