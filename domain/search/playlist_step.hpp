#pragma once

#include "domain/search/camelot.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace troupe::search {

/// What the planning of a playlist knows of a track; absent = not known.
struct playlist_track {
  /// Equal for copies of one recording: only one of them is played.
  std::size_t content = 0;
  /// Empty: not known, and then nobody's.
  std::string artist;
  std::optional<double> tempo_bpm;
  std::optional<camelot_key> key;
  std::optional<double> loudness_lufs;
  std::optional<double> onset_rate_hz;
  /// Unit vector, borrowed; empty: none.
  std::span<const float> vector;
};

/// How far two tempi are apart in percent of the slower one, the half and the
/// double counting as the same: 85 and 172 BPM are 1.2 % apart. At most 42.
/// @pre both > 0
[[nodiscard]] double tempo_step_pct(double a_bpm, double b_bpm) noexcept;

/// Whether two tracks have keys that mix; false when a key is not known.
[[nodiscard]] bool keys_mix(const playlist_track& a, const playlist_track& b);

/// Whether two tracks are known to be of one artist.
[[nodiscard]] bool same_artist(const playlist_track& a,
                               const playlist_track& b);

/// Cosine of two tracks' vectors; 0 when one has none.
[[nodiscard]] double likeness(const playlist_track& a, const playlist_track& b);

/// How badly `to` follows `from`: smaller is better, 0 is perfect.
///
/// The sum of: tempo, 1 at 8 % (the reach of a turntable's pitch fader) and
/// beyond; key, 0.06 for a Camelot neighbour, 0.36 at two steps, 0.6 beyond;
/// 0.5 * (1 - cosine); 10 for one artist twice; with `harmonic` 1000 when the
/// keys do not mix. What is not known costs half of the worst.
[[nodiscard]] double step_cost(const playlist_track& from,
                               const playlist_track& to, bool harmonic);

} // namespace troupe::search
