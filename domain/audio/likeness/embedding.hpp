#pragma once

#include "domain/audio/likeness/likeness_meter.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace troupe::audio {

/// Names the space of audio embeddings: algorithm, version, parameters. Vectors
/// of different spaces are never compared. Raise the version with any change
/// of a number, be it in the meters, the scale or the weights.
inline constexpr const char* embedding_space =
  "audio-likeness-1:timbre152+rhythm48+tonal24+sound32:cosine";

/// Components of an audio embedding.
inline constexpr std::size_t embedding_numbers = likeness_numbers;

/// Scales a likeness into an embedding: every number is standardised with the
/// constants of `embedding_scale`, cut to ±4 deviations and weighted by how
/// well it tells tracks apart; in every block the directions that tell halves
/// of one track apart are attenuated; every block is brought to its share of
/// the expected squared norm, and all to length 1. Compare by dot product, in
/// [-1, 1]. Allocates the result.
[[nodiscard]] std::vector<float> embed(const raw_likeness& likeness);

/// By what two tracks are alike: each aspect's share of what they have in
/// common. All in [0, 1], sum 1; all 0 when they have nothing in common.
struct likeness_shares {
  double timbre = 0.0;
  double rhythm = 0.0;
  double tonal = 0.0;
};

/// The shares of the positive parts of the dot product; what speaks against
/// the likeness has no share.
/// @pre both have `embedding_numbers` components
[[nodiscard]] likeness_shares explain_likeness(std::span<const float> one,
                                               std::span<const float> other);

} // namespace troupe::audio
