#include "tools/terminal/shown_text.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <vector>

namespace troupe {

namespace {

/// Length of the well-formed sequence (RFC 3629) at the front; 0: none.
std::size_t sequence_bytes(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto tail = [&](std::size_t i) {
    return (at(i) & 0xC0U) == 0x80U;
  };
  const auto first = at(0);
  if (first < 0x80)
    return 1;
  if (first >= 0xC2 && first <= 0xDF)
    return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && at(1) < 0xA0;
    const bool surrogate = first == 0xED && at(1) > 0x9F;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && at(1) < 0x90;
    const bool beyond = first == 0xF4 && at(1) > 0x8F;
    return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

bool is_control(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1)
    return first < 0x20 || first == 0x7F;
  // C1 controls, U+0080 to U+009F.
  return first == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;
}

std::uint32_t code_point(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1)
    return first;
  std::uint32_t value = first & (0xFFU >> (sequence.size() + 1));
  for (std::size_t i = 1; i < sequence.size(); ++i)
    value = value << 6 | (static_cast<unsigned char>(sequence[i]) & 0x3FU);
  return value;
}

/// Columns of one character: combining marks none, wide ones two.
std::size_t width_of(std::uint32_t point) {
  if (point >= 0x300 && point <= 0x36F)
    return 0;
  const bool wide = (point >= 0x1100 && point <= 0x115F)
                    || (point >= 0x2E80 && point <= 0xA4CF)
                    || (point >= 0xAC00 && point <= 0xD7A3)
                    || (point >= 0xF900 && point <= 0xFAFF)
                    || (point >= 0xFE30 && point <= 0xFE6F)
                    || (point >= 0xFF00 && point <= 0xFF60)
                    || (point >= 0x1F300 && point <= 0x1FAFF)
                    || (point >= 0x20000 && point <= 0x3FFFD);
  return wide ? 2 : 1;
}

struct shown_character {
  std::string_view bytes;
  std::size_t columns = 0;
};

std::vector<shown_character> characters_of(std::string_view text) {
  std::vector<shown_character> found;
  while (!text.empty()) {
    const auto bytes = std::max<std::size_t>(sequence_bytes(text), 1);
    const auto one = text.substr(0, bytes);
    found.push_back({one, width_of(code_point(one))});
    text.remove_prefix(bytes);
  }
  return found;
}

} // namespace

std::string shown_text(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const auto bytes = sequence_bytes(text);
    const auto one = text.substr(0, std::max<std::size_t>(bytes, 1));
    if (bytes > 0 && !is_control(one))
      shown += one;
    else
      for (const char byte : one)
        shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    text.remove_prefix(one.size());
  }
  return shown;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (const auto& one : characters_of(text))
    columns += one.columns;
  return columns;
}

std::string cut_middle(std::string_view text, std::size_t columns_max) {
  const auto characters = characters_of(text);
  if (columns_of(text) <= columns_max)
    return std::string{text};
  if (columns_max == 0)
    return {};
  const auto rest = columns_max - 1;
  const auto tail_max = rest - rest / 3;
  std::string head;
  std::size_t used = 0;
  for (const auto& one : characters) {
    if (used + one.columns > rest - tail_max)
      break;
    head += one.bytes;
    used += one.columns;
  }
  auto begin = characters.size();
  std::size_t tail_columns = 0;
  while (begin > 0 && tail_columns + characters[begin - 1].columns <= tail_max)
    tail_columns += characters[--begin].columns;
  head += "…";
  for (; begin < characters.size(); ++begin)
    head += characters[begin].bytes;
  return head;
}

} // namespace troupe
