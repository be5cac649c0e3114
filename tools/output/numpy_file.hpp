#pragma once

#include "domain/result.hpp"
#include "tools/output/new_file.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace troupe {

/// The first bytes of a NumPy file (format 1.0): magic, version, and a Python
/// dictionary padded to a multiple of 64 bytes; row-major numbers follow it.
/// @param element NumPy's name of the type: "|u1", "<f4"
/// @param shape the outermost length first
[[nodiscard]] std::string numpy_header(const std::string& element,
                                       const std::vector<std::uint32_t>& shape);

/// Writes one array to `path`: bytes as "|u1", floats as "<f4".
/// @pre as many values as the shape has
/// @returns the errors of `begin_file` and `new_file`
result<void> write_numpy(const std::string& path, bool force,
                         const std::vector<std::uint32_t>& shape,
                         std::span<const std::uint8_t> values);
result<void> write_numpy(const std::string& path, bool force,
                         const std::vector<std::uint32_t>& shape,
                         std::span<const float> values);

} // namespace troupe
