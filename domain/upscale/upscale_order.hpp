#pragma once

#include "domain/library/found_file.hpp"
#include "domain/network/json_value.hpp"
#include "domain/ports/image_codec.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::upscale {

/// Quality of JPEG and WebP results unless asked for otherwise.
inline constexpr int usual_quality = 95;

/// Largest and smallest enlargement, in each direction.
inline constexpr double factor_max = 64.0;
inline constexpr double factor_min = 1.0 / 64.0;

/// One picture to be enlarged, as a job carries it.
struct upscale_order {
  /// Raw bytes of the paths.
  std::string input;
  std::string output;
  /// As it was when the order was given; absent: whatever is there counts.
  std::optional<file_stamp> stamp;
  /// `natural`, `bicubic-fast`, …, or a model's file.
  std::string model = "natural";
  /// In [factor_min, factor_max]; 0 when width or height decides.
  double factor = 2.0;
  /// Of the result, in pixels; at most one of both is not 0.
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  /// 0..1, see `network::upscale_settings`.
  double denoise = 0.0;
  image_format format = image_format::png;
  /// JPEG and WebP, in [1, 100].
  int quality = usual_quality;
  /// Replace `output` when it exists.
  bool force = false;

  friend bool operator==(const upscale_order&, const upscale_order&) = default;
};

/// The order as JSON, the body of CONTRACT's requests: {"input":{"path"},
/// "params":{…},"output":{"path"}}. A path that is not UTF-8 stands under
/// `path_hex`, two digits a byte; the stamp under `bytes` and `mtime_ns`.
[[nodiscard]] std::string to_text(const upscale_order& order);

/// Reads and checks such a text; unknown parameters are refused.
/// @returns `errc::invalid_argument` naming what is wrong
[[nodiscard]] result<upscale_order> read_order(std::string_view text);

/// An order without its input: null parameters mean all as usual, and the name
/// of `output` decides the format unless they do.
/// @returns as `read_order`
[[nodiscard]] result<upscale_order>
read_parameters(const network::json_value& params, std::string output);

/// The format that a file's name asks for; nothing for any other ending.
[[nodiscard]] std::optional<image_format>
format_of_name(std::string_view path) noexcept;

/// "jpeg" (or "jpg"), "png", "webp".
[[nodiscard]] std::optional<image_format>
parse_image_format(std::string_view word) noexcept;

} // namespace troupe::upscale
