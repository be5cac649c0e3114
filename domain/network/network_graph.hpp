#pragma once

#include "domain/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::network {

/// What a network sees beyond the picture's edge.
enum class border_kind : std::uint8_t {
  /// The picture mirrored, edge pixel included; what our own are trained on.
  mirror,
  /// Zeros before every layer; what imported models usually expect.
  zero,
};

/// How a chain of 3x3 convolutions enlarges its planes: each layer is followed
/// by a PReLU or nothing, the input pixel is added to all outputs of the last
/// one, and those are spread over a square of `factor` x `factor`.
struct network_graph {
  std::size_t factor = 2;
  /// 1 = luma, as our own; 3 = red, green and blue together.
  std::size_t planes = 1;
  /// Whether the input pixel is added.
  bool skip = true;
  border_kind border = border_kind::mirror;
  /// Constant planes beside the picture, for `--denoise`: none, or noise and
  /// JPEG level, each 0..1.
  std::size_t levels = 0;
  /// One entry a layer: whether a PReLU follows.
  std::vector<bool> activated;

  /// Pixels around an input pixel that its outputs depend on.
  [[nodiscard]] std::size_t halo() const noexcept {
    return activated.size();
  }
};

/// Reads the `graph` metadata of a weights file (tools/train/README.md lists
/// its keys). @returns `errc::unsupported` naming what is not known,
/// `errc::newer_version`, `errc::corrupt`
[[nodiscard]] result<network_graph> read_graph(std::string_view json);

} // namespace troupe::network
