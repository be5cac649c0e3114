#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe {

/// Length in bytes, 1 to 4, of the UTF-8 sequence that `text` begins with; 0
/// when it begins with none (RFC 3629: no overlong form, no surrogate, nothing
/// above U+10FFFF) or is empty. O(1), no allocation.
[[nodiscard]] std::size_t utf8_sequence_bytes(std::string_view text) noexcept;

/// `bytes` as valid UTF-8: each byte that belongs to no well-formed sequence
/// becomes U+FFFD. For names and tags that people will read; never for
/// addressing a file. O(bytes.size()).
[[nodiscard]] std::string to_utf8(std::string_view bytes);

} // namespace troupe
