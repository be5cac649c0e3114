#pragma once

#include "domain/network/import/model_nodes.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace troupe::network {

/// Reads a model of the ncnn project: the text of its `.param` file and the
/// bytes of its `.bin` file. Weights may be 32- or 16-bit floats.
/// @returns `errc::unsupported` naming every operator that is not known,
/// `errc::corrupt` for text that is no model and for weights that end early
/// @see https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure
[[nodiscard]] result<std::vector<model_node>>
read_ncnn(std::string_view param, std::span<const std::byte> bin);

} // namespace troupe::network
