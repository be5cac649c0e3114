#pragma once

#include "domain/result.hpp"

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace troupe::network {

/// One array of 32-bit floats inside a weights file.
struct stored_tensor {
  std::vector<std::size_t> shape;
  /// The little-endian numbers, any alignment. Borrowed from the file.
  std::span<const std::byte> bytes;
};

/// A weights file that has been taken apart, but not yet believed.
struct stored_tensors {
  std::map<std::string, stored_tensor, std::less<>> tensors;
  /// `__metadata__`: free text by key.
  std::map<std::string, std::string, std::less<>> metadata;
  /// Everything after the header, which is what checksums cover. Borrowed.
  std::span<const std::byte> data;
};

/// Takes a safetensors file apart: u64 length, JSON header, raw arrays.
///
/// Allocates for names and shapes alone. Refuses headers over 1 MiB, types
/// other than F32, and arrays that do not match their shape, overlap, or leave
/// the file. @returns `errc::corrupt`, or `errc::unsupported` for the type
/// @see https://github.com/huggingface/safetensors (format)
[[nodiscard]] result<stored_tensors>
read_safetensors(std::span<const std::byte> file);

} // namespace troupe::network
