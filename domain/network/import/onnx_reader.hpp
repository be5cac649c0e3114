#pragma once

#include "domain/network/import/model_nodes.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace troupe::network {

/// Reads an ONNX model with a reader of protobuf's wire format of our own, no
/// more than its graph, nodes, attributes and float arrays. Shapes are not
/// needed; constants may be initialisers or Constant nodes.
/// @returns `errc::unsupported` naming every operator that is not known,
/// `errc::corrupt` for bytes that are no model
/// @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
/// @see https://protobuf.dev/programming-guides/encoding
[[nodiscard]] result<std::vector<model_node>>
read_onnx(std::span<const std::byte> file);

} // namespace troupe::network
