#pragma once

#include <cstdint>
#include <string_view>

namespace troupe {

/// 128 bits that stand for a path in memory; equal paths, equal digests. Two
/// different paths collide with a probability under 1e-26 per pair.
struct path_digest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend bool operator==(const path_digest&, const path_digest&) = default;
};

/// Digests the raw bytes of a path: two FNV-1a passes with different offsets,
/// each finished by the 64-bit mixer of Stafford (variant 13). Not stored.
[[nodiscard]] path_digest digest_path(std::string_view path) noexcept;

} // namespace troupe
