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

} // namespace troupe::audio
