#include "domain/text/utf8.hpp"

#include <array>
#include <cstdint>

namespace troupe {

namespace {

/// One row of the table of well-formed sequences in RFC 3629, section 4.
struct sequence_rule {
  std::uint8_t lead_first;
  std::uint8_t lead_last;
  std::uint8_t bytes;
  /// Bounds of the second byte; those after it lie in [0x80, 0xBF].
  std::uint8_t second_first;
  std::uint8_t second_last;
};

constexpr std::array<sequence_rule, 9> sequence_rules{{
  {0x00, 0x7F, 1, 0x00, 0x00},
  {0xC2, 0xDF, 2, 0x80, 0xBF},
  {0xE0, 0xE0, 3, 0xA0, 0xBF},
  {0xE1, 0xEC, 3, 0x80, 0xBF},
  {0xED, 0xED, 3, 0x80, 0x9F},
  {0xEE, 0xEF, 3, 0x80, 0xBF},
  {0xF0, 0xF0, 4, 0x90, 0xBF},
  {0xF1, 0xF3, 4, 0x80, 0xBF},
  {0xF4, 0xF4, 4, 0x80, 0x8F},
}};

std::uint8_t byte_at(std::string_view text, std::size_t index) noexcept {
  return static_cast<std::uint8_t>(text[index]);
}

} // namespace

std::size_t utf8_sequence_bytes(std::string_view text) noexcept {
  if (text.empty())
    return 0;
  const auto lead = byte_at(text, 0);
  for (const auto& rule : sequence_rules) {
    if (lead < rule.lead_first || lead > rule.lead_last)
      continue;
    if (text.size() < rule.bytes)
      return 0;
    if (rule.bytes > 1
        && (byte_at(text, 1) < rule.second_first
            || byte_at(text, 1) > rule.second_last))
      return 0;
    for (std::size_t i = 2; i < rule.bytes; ++i)
      if ((byte_at(text, i) & 0xC0U) != 0x80U)
        return 0;
    return rule.bytes;
  }
  return 0;
}

std::string to_utf8(std::string_view bytes) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto length = utf8_sequence_bytes(bytes);
    out += length == 0 ? replacement : bytes.substr(0, length);
    bytes.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

} // namespace troupe
