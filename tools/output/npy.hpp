#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace troupe {

/// The beginning of a NumPy file, version 1.0, of little-endian float32,
/// `[rows][columns]`, row-major; the numbers follow it. Its length is a
/// multiple of 64.
/// Source: NumPy enhancement proposal 1.
[[nodiscard]] std::string npy_header(std::size_t rows, std::size_t columns);

/// Numbers as the bytes that follow the header.
[[nodiscard]] std::string npy_numbers(std::span<const float> values);

} // namespace troupe
