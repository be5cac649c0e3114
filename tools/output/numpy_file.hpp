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

/// Appends one array to `file`: bytes as "|u1", floats as "<f4".
/// @pre as many values as the shape has
/// @returns the errors of `new_file::write`
result<void> append_numpy(new_file& file,
                          const std::vector<std::uint32_t>& shape,
                          std::span<const std::uint8_t> values);
result<void> append_numpy(new_file& file,
                          const std::vector<std::uint32_t>& shape,
                          std::span<const float> values);

/// The same as a file of its own. @returns the errors of `begin_file`, too
template <class Value>
result<void> write_numpy(const std::string& path, bool force,
                         const std::vector<std::uint32_t>& shape,
                         std::span<const Value> values) {
  auto file = begin_file(path, force);
  if (!file)
    return file.failure();
  if (auto done = append_numpy(*file.value(), shape, values); !done)
    return done;
  return file.value()->finish();
}

} // namespace troupe
