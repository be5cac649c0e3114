#include "domain/image/descriptors/scene_embedding.hpp"

#include <cmath>

namespace troupe::image {

namespace {

/// Colour next to structure.
constexpr double colour_share = 2.0;

/// How much of a filter's mean is taken away.
constexpr float mean_share = 0.8F;

constexpr float dampening = 0.3F;

constexpr std::size_t cells_of_a_filter = 16;

void remove_filter_means(std::span<float> gist) {
  for (std::size_t at = 0; at < gist.size(); at += cells_of_a_filter) {
    const auto cells = gist.subspan(at, cells_of_a_filter);
    float sum = 0.0F;
    for (const float cell : cells)
      sum += cell;
    for (float& cell : cells)
      cell -= mean_share * sum / cells_of_a_filter;
  }
}

void scale_to_one(std::span<float> values) {
  double sum = 0.0;
  for (const float value : values)
    sum += static_cast<double>(value) * value;
  if (sum <= 0.0)
    return;
  const double scale = 1.0 / std::sqrt(sum);
  for (float& value : values)
    value = static_cast<float>(value * scale);
}

} // namespace

float dampened(float gist) noexcept {
  return std::pow(gist, dampening);
}

scene_vector join_scene(std::span<const float, gist_numbers> gist,
                        std::span<const float, color_layout_numbers> layout,
                        const scene_constants& constants) {
  scene_vector joined{};
  for (std::size_t i = 0; i < gist_numbers; ++i)
    joined.at(i) = dampened(gist[i]) - constants.gist_mean.at(i);
  const auto structure = std::span{joined}.first(gist_numbers);
  remove_filter_means(structure);
  scale_to_one(structure);
  const double scale =
    colour_share / std::sqrt(static_cast<double>(color_layout_numbers));
  for (std::size_t i = 0; i < color_layout_numbers; ++i)
    joined.at(gist_numbers + i) = static_cast<float>(
      static_cast<double>(layout[i] - constants.layout_mean.at(i))
      / constants.layout_deviation.at(i) * scale);
  scale_to_one(joined);
  return joined;
}

} // namespace troupe::image
