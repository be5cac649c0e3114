#pragma once

#include <cstdint>
#include <span>

namespace troupe {

/// True when `head` begins with a chain of MPEG audio frames (layers I to III
/// of MPEG 1, 2 and 2.5), after any zero bytes. The two sync bytes occur in
/// much other data, so three frames in a row must agree on version, layer and
/// sample rate, or two that end exactly with `head`.
/// Source: ISO/IEC 11172-3, section 2.4.1.3; ISO/IEC 13818-3, section 2.4.2.3.
/// Complexity: O(head.size()). No allocation.
[[nodiscard]] bool
begins_mpeg_audio(std::span<const std::uint8_t> head) noexcept;

/// The same for AAC in ADTS frames (ISO/IEC 13818-7, section 6.2).
[[nodiscard]] bool
begins_adts_audio(std::span<const std::uint8_t> head) noexcept;

} // namespace troupe
