#pragma once

#include <cstddef>
#include <cstdint>

namespace troupe::audio {

/// How many independent values one step of a kernel handles.
inline constexpr std::size_t lane_count = 8;

/// Eight floats that compute as one: a single AVX register or two SSE ones.
using lane_floats = float __attribute__((vector_size(32)));

/// Eight 32-bit integers, the bits or the comparison masks of `lane_floats`.
using lane_ints = std::int32_t __attribute__((vector_size(32)));

/// `lane_floats` as a class, so that containers may hold it.
struct alignas(32) lanes {
  lane_floats v{};
};

} // namespace troupe::audio
