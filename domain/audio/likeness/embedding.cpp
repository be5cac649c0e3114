#include "domain/audio/likeness/embedding.hpp"

#include "domain/audio/likeness/embedding_scale.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace troupe::audio {

namespace {

/// No single number may outweigh a block.
constexpr double standard_score_max = 4.0;

constexpr double direction_unit = 1e-4;

/// Leaves `gain` of what lies in a direction. The directions of a block are
/// orthogonal, so that their order does not matter.
void attenuate(std::span<double> values, const std::int16_t* direction,
               double gain) {
  double along = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i)
    along += values[i] * direction_unit * direction[i];
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] -= (1.0 - gain) * along * direction_unit * direction[i];
}

} // namespace

std::vector<float> embed(const raw_likeness& likeness) {
  const auto& scale = fitted_scale();
  std::array<double, likeness_numbers> scaled{};
  for (std::size_t i = 0; i < likeness_numbers; ++i) {
    const auto& number = scale.numbers[i];
    const double score = (likeness[i] - static_cast<double>(number.mean))
                         / static_cast<double>(number.deviation);
    scaled[i] = static_cast<double>(number.weight)
                * std::clamp(score, -standard_score_max, standard_score_max);
  }
  const std::int16_t* direction = scale.directions.data();
  const float* left = scale.gains.data();
  double norm = 0.0;
  for (const auto& block : likeness_blocks) {
    const std::span<double> part{scaled.data() + block.begin,
                                 block.end - block.begin};
    double expected = 0.0;
    for (std::size_t i = block.begin; i < block.end; ++i) {
      const auto weight = static_cast<double>(scale.numbers[i].weight);
      expected += weight * weight;
    }
    for (std::size_t n = 0; n < block.nuisances; ++n) {
      attenuate(part, direction, static_cast<double>(*left++));
      direction += part.size();
    }
    const double gain = std::sqrt(block.share / expected);
    for (auto& value : part) {
      value *= gain;
      norm += value * value;
    }
  }
  norm = std::sqrt(std::max(norm, 1e-30));
  std::vector<float> out(likeness_numbers);
  for (std::size_t i = 0; i < likeness_numbers; ++i)
    out[i] = static_cast<float>(scaled[i] / norm);
  return out;
}

} // namespace troupe::audio
