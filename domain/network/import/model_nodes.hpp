#pragma once

#include "domain/network/network_weights.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::network {

/// What a node of somebody else's model does, in the words of no format.
enum class node_kind : std::uint8_t {
  /// Gives the picture.
  input,
  /// Passes its input on, maybe under several names.
  pass,
  convolution,
  transposed_convolution,
  /// Multiplies negative values, one slope for all planes or one each.
  prelu,
  /// Adds its two inputs.
  add,
  /// Depth to space, plane by plane (PyTorch's and ONNX's CRD order).
  pixel_shuffle,
  /// Enlarges by repeating pixels.
  repeat,
};

/// One node with everything that was read about it.
struct model_node {
  node_kind kind = node_kind::pass;
  /// For messages.
  std::string name;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  /// Output planes of a convolution.
  std::size_t planes = 0;
  std::size_t kernel = 0;
  std::size_t stride = 1;
  std::size_t padding = 0;
  /// Of `pixel_shuffle` and `repeat`.
  std::size_t factor = 1;
  /// [planes][inputs][kernel][kernel], also when transposed.
  std::vector<float> weights;
  std::vector<float> bias;
  /// Of `prelu`, or of an activation inside a convolution; empty = none.
  std::vector<float> slope;
};

/// Turns nodes, in any order, into a chain that `network_weights` runs.
///
/// Taken are chains of 3x3 convolutions of stride 1, all padded by one zero
/// pixel or none padded (then the picture is mirrored), with PReLU between,
/// that end in a pixel shuffle or a 4x4 transposed convolution of stride 2,
/// with or without the repeated input added: Real-ESRGAN's compact networks,
/// waifu2x's upconv networks, ECBSR and SESR after folding.
/// @returns `errc::unsupported` naming the first node that does not fit,
/// `errc::corrupt` for graphs with cycles or loose ends
[[nodiscard]] result<plain_network>
chain_of(const std::vector<model_node>& nodes);

/// A 16-bit float's value. @see IEEE 754-2019, binary16
[[nodiscard]] float half_value(std::uint16_t bits) noexcept;

} // namespace troupe::network
