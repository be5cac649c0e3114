#include "domain/utf8.hpp"

#include <cstddef>

namespace troupe {

namespace {

unsigned at(std::string_view bytes, std::size_t index) {
  return index < bytes.size() ? static_cast<unsigned char>(bytes[index]) : 0U;
}

/// Length of the well-formed sequence at `first`, 0 when there is none.
std::size_t sequence_length(std::string_view bytes, std::size_t first) {
  const unsigned lead = at(bytes, first);
  if (lead < 0x80)
    return 1;
  const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
  // The second byte's range excludes overlong forms, surrogates, > U+10FFFF.
  const unsigned second = at(bytes, first + 1);
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (length == 0 || second < low || second > high)
    return 0;
  for (std::size_t i = 2; i < length; ++i)
    if ((at(bytes, first + i) & 0xC0U) != 0x80U)
      return 0;
  return length;
}

} // namespace

std::string to_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = sequence_length(bytes, i);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    out += bytes.substr(i, length);
    i += length;
  }
  return out;
}

} // namespace troupe
