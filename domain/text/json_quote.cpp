#include "domain/text/json_quote.hpp"

#include "domain/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace troupe {

std::string json_quoted(std::string_view text) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::string out = "\"";
  while (!text.empty()) {
    const auto bytes = utf8_sequence_bytes(text);
    const char first = text.front();
    const auto value = static_cast<std::uint8_t>(first);
    if (bytes == 0)
      out += replacement;
    else if (first == '"' || first == '\\')
      out.append(1, '\\').append(1, first);
    else if (value < 0x20 || value == 0x7F)
      out += fmt::format("\\u{:04x}", value);
    else
      out += text.substr(0, bytes);
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return out + '"';
}

} // namespace troupe
