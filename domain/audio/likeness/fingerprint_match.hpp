#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace troupe::audio {

/// How two fingerprints lie on each other at their best.
struct fingerprint_match {
  /// Word i of the one lies on word i + `offset` of the other.
  std::int64_t offset = 0;
  /// Words that lie on each other.
  std::size_t overlap = 0;
  /// Share of their bits that differ, in [0, 1]; 0.5 by chance.
  double bit_error_rate = 1.0;

  /// The same recording: under a fifth of the bits differ over at least 40
  /// words (5 seconds), and over half of the shorter fingerprint. Another
  /// encoding changes up to a tenth; other music agrees by chance, the least
  /// of all alignments staying over a third.
  [[nodiscard]] bool is_same_recording() const noexcept {
    return is_long_enough && bit_error_rate < 0.2;
  }

  bool is_long_enough = false;
};

/// Aligns two fingerprints of the same method. Offsets are proposed by words
/// that share their upper 14 bits, the most frequent eight are compared bit by
/// bit. O(n log n + matches), allocates.
/// @param one, other words of 32 bits, oldest first; empty ones match nothing
[[nodiscard]] fingerprint_match
match_fingerprints(std::span<const std::uint32_t> one,
                   std::span<const std::uint32_t> other);

} // namespace troupe::audio
