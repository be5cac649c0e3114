#pragma once

#include "domain/image/descriptors/color_layout.hpp"
#include "domain/image/descriptors/gist.hpp"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace troupe::image {

/// Numbers of a scene embedding.
inline constexpr std::size_t scene_numbers =
  gist_numbers + color_layout_numbers;

/// A vector of length 1.
using scene_vector = std::array<float, scene_numbers>;

/// Pairs at least this similar (their dot product) may be the same picture;
/// a candidate for a person or a hash to confirm.
inline constexpr float near_duplicate_similarity = 0.92F;

/// What all scenes have in common, taken away from each: computed once from
/// 400 painted pictures by bench/picture/make_scene_constants.cpp.
struct scene_constants {
  std::array<float, gist_numbers> gist_mean;
  std::array<float, color_layout_numbers> layout_mean;
  std::array<float, color_layout_numbers> layout_deviation;
};

/// Those of `scene353-1`.
[[nodiscard]] const scene_constants& published_scene_constants() noexcept;

/// The GIST's numbers as they are joined: raised to 0.3, which keeps the few
/// strong edges of a picture from outweighing all else.
[[nodiscard]] float dampened(float gist) noexcept;

/// Joins both descriptors. Of the dampened GIST without the constants' mean,
/// four fifths of each filter's mean over the cells are taken away, so that
/// where structure lies counts more than how much of it there is; then it is
/// scaled to length 1. The standardised colour layout counts twice. The whole
/// has length 1 again.
[[nodiscard]] scene_vector
join_scene(std::span<const float, gist_numbers> gist,
           std::span<const float, color_layout_numbers> layout,
           const scene_constants& constants);

} // namespace troupe::image
