#pragma once

#include "bench/style.hpp"
#include "domain/audio/tonal/musical_key.hpp"
#include "tools/sample/score.hpp"

#include <cstdint>
#include <vector>

namespace troupe {

/// A piece in some style, with everything known about it.
struct styled_piece {
  double bpm = 120.0;
  audio::musical_key key;
  std::vector<sample::note> notes;
  std::vector<double> beats_s;
};

/// Composes `length_s` seconds: an introduction without drums, verses in which
/// parts come and go every four bars, chords of the key, and, where the style
/// has one, a melody. Same seed, same piece.
/// @pre `length_s > 0`
[[nodiscard]] styled_piece compose_styled(const style& how, double length_s,
                                          std::uint64_t seed);

} // namespace troupe
