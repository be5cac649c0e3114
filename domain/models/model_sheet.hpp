#pragma once

#include "domain/image/recipe.hpp"
#include "domain/result.hpp"

#include <string>
#include <string_view>

namespace troupe::models {

/// What is taken from an output of several vectors.
enum class pooling : std::uint8_t {
  /// The output is one vector.
  none,
  /// The first of them.
  first,
  /// Their mean.
  mean,
};

/// "none", "cls", "mean".
[[nodiscard]] std::string_view to_string(pooling how) noexcept;

/// What no model file says: how it wants to be fed. The file NAME.json beside
/// NAME.onnx.
struct model_sheet {
  /// Of `image::recipes`.
  std::string recipe;
  image::decode_mode mode = image::decode_mode::exact;
  /// Name of the input; empty: the only one.
  std::string input;
  /// Name of the output; empty: the first.
  std::string output;
  pooling pool = pooling::none;
  /// SHA-256 that the model must have, hexadecimal; empty: any.
  std::string sha256;
};

/// Reads a sheet:
/// `{"preset":"clip","mode":"exact","input":"…","output":"…","pool":"cls",
/// "sha256":"…"}`; all but `preset` may be left out.
/// @returns `errc::corrupt` for no JSON, `errc::invalid_argument` naming the
/// key and what it may be
[[nodiscard]] result<model_sheet> read_model_sheet(std::string_view json);

} // namespace troupe::models
