#pragma once

#include "domain/ports/crash_notes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace troupe {

/// One record of a crash file, as bytes. The layout, little-endian:
/// 0 magic "TRPCRSH1"; 8 signal, 32 bits; 12 length of the decoder's name,
/// 32 bits; 16 content hash, 32 bytes; 48 decoder, 72 bytes, zero-filled;
/// 120 FNV-1a over bytes 0 to 119, 64 bits.
using crash_record = std::array<std::uint8_t, 128>;

/// Longest decoder name in a record; a longer one is cut.
inline constexpr std::size_t crash_decoder_bytes_max = 72;

/// Fills `record`. Async-signal-safe: touches only its arguments.
void encode_crash_record(const content_hash& hash, std::string_view decoder,
                         int signal, crash_record& record) noexcept;

/// All whole records in `bytes`, in order. What lies between them, torn or
/// foreign, is skipped byte by byte. Complexity: O(bytes.size()) for what we
/// write.
[[nodiscard]] std::vector<crash_note>
decode_crash_records(std::span<const std::uint8_t> bytes);

} // namespace troupe
