#pragma once

#include "domain/models/model_facts.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <span>

namespace troupe::models {

/// Reads what an ONNX file says of itself: its graph's ports and operators, no
/// weights.
/// @returns `errc::corrupt` for bytes that are no ONNX model
/// @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
/// Complexity: O(bytes of the graph's structure).
[[nodiscard]] result<model_facts>
read_onnx_facts(std::span<const std::byte> file);

} // namespace troupe::models
