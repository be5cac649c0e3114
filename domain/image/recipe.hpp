#pragma once

#include "domain/image/resize.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::image {

/// How a picture of any shape becomes one of the recipe's.
enum class fit : std::uint8_t {
  /// The shorter side becomes `side`, the longer one keeps the proportions
  /// (rounded down); then the centre is cut out.
  shortest,
  /// Both sides become `side`.
  squash,
  /// The whole picture inside of `side` x `side`, grey around it.
  letterbox,
};

/// How bytes become numbers. All in single precision, in the order written.
enum class scaling : std::uint8_t {
  /// (v / 255 - mean) / deviation
  standardise,
  /// v / 255
  unit,
  /// v / 127.5 - 1
  signed_unit,
  /// v - mean, the means in steps of 255
  subtract_mean,
};

/// How the numbers of a tensor follow each other.
enum class tensor_layout : std::uint8_t {
  /// [3][height][width]
  planes,
  /// [height][width][3]
  interleaved,
};

/// What a family of models expects of its pictures. Once published, a recipe
/// of a version never changes.
struct recipe {
  std::string_view name;
  int version = 1;
  fit shape = fit::shortest;
  filter which = filter::bilinear;
  /// The side that is resized to, and that of the square that comes out.
  std::uint32_t side = 0;
  std::uint32_t crop = 0;
  scaling numbers = scaling::standardise;
  std::array<float, 3> mean{};
  std::array<float, 3> deviation{};
  /// Blue, green, red instead of red, green, blue; `mean` is in that order.
  bool reversed = false;
  tensor_layout layout = tensor_layout::planes;
};

/// Whether a JPEG may be decoded at a fraction of its size.
enum class decode_mode : std::uint8_t {
  /// Every pixel is decoded: reproducible anywhere.
  exact,
  /// A JPEG at 1/2, 1/4 or 1/8, never under three times the size needed;
  /// results differ by about two steps of 255.
  fast,
};

/// "exact" or "fast".
[[nodiscard]] std::string_view to_string(decode_mode mode) noexcept;

/// All recipes: imagenet, clip, dinov2, siglip, tf, caffe, letterbox.
[[nodiscard]] std::span<const recipe> recipes() noexcept;

/// The newest recipe of this name.
[[nodiscard]] std::optional<recipe> find_recipe(std::string_view name) noexcept;

/// Names what made a tensor: "imagenet-1/exact". Part of a space id, so that
/// vectors of different recipes or modes never meet.
[[nodiscard]] std::string recipe_id(const recipe& how, decode_mode mode);

/// Where a picture goes: what is computed of it, and where that lies on a
/// canvas of one grey.
struct placement {
  resize_request request;
  image_size canvas;
  std::uint32_t left = 0;
  std::uint32_t top = 0;
  std::uint8_t grey = 0;
};

/// @pre no side of `from` is 0
[[nodiscard]] placement place(const recipe& how, image_size from);

/// The shorter side that the whole picture is resized to.
[[nodiscard]] std::uint32_t short_side_after(const recipe& how,
                                             image_size from);

/// The tensor of a picture that has the recipe's size.
/// @param rgb [height][width][3]
/// Complexity: O(pixels). Allocates the result.
[[nodiscard]] std::vector<float> tensor_of(const recipe& how,
                                           std::span<const std::uint8_t> rgb);

} // namespace troupe::image
