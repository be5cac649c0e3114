#pragma once

#include <cstddef>
#include <string_view>

namespace troupe {

/// Length in bytes, 1 to 4, of the UTF-8 sequence that `text` begins with; 0
/// when it begins with none (RFC 3629: no overlong form, no surrogate, nothing
/// above U+10FFFF) or is empty. O(1), no allocation.
[[nodiscard]] std::size_t utf8_sequence_bytes(std::string_view text) noexcept;

} // namespace troupe
