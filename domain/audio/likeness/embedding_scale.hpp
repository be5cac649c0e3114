#pragma once

#include "domain/audio/likeness/likeness_meter.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace troupe::audio {

/// A run of numbers of a likeness that is scaled on its own.
struct likeness_block {
  std::size_t begin;
  std::size_t end;
  /// Its share of the expected squared norm of an embedding.
  double share;
  /// Directions of nuisance in it.
  std::size_t nuisances;
};

/// The blocks, in order. The shares were chosen by the halves of rendered
/// tracks that no constant was fitted to.
inline constexpr std::array<likeness_block, 4> likeness_blocks{{
  {0, rhythm_begin, 0.4, 12},
  {rhythm_begin, tonal_begin, 0.3, 6},
  {tonal_begin, sound_begin, 0.1, 4},
  {sound_begin, likeness_numbers, 0.2, 6},
}};

/// Directions of nuisance in all blocks, and their components.
inline constexpr std::size_t nuisance_count = 28;
inline constexpr std::size_t nuisance_numbers =
  12 * rhythm_begin + 6 * (tonal_begin - rhythm_begin)
  + 4 * (sound_begin - tonal_begin) + 6 * (likeness_numbers - sound_begin);

/// How one number of a likeness is spread over tracks.
struct number_scale {
  float mean;
  /// Over 0.
  float deviation;
  /// Deviation over all tracks by that between the halves of a track, >= 1.
  float weight;
};

/// The constants of the embedding, fitted by tools/likeness/fit_scale.py to
/// rendered tracks; see the README there.
struct embedding_scale {
  std::array<number_scale, likeness_numbers> numbers;
  /// Unit vectors in units of 1e-4, block by block: the directions in which
  /// the halves of one track differ most (nuisance attributes: Solomonoff,
  /// Quillen, Campbell, Odyssey 2004).
  std::array<std::int16_t, nuisance_numbers> directions;
  /// What is left of each direction, in (0, 1].
  std::array<float, nuisance_count> gains;
};

[[nodiscard]] const embedding_scale& fitted_scale() noexcept;

} // namespace troupe::audio
