#pragma once

#include "domain/audio/lanes.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

// Compiles a kernel twice, for AVX2 and for the baseline, and picks one at
// load time. Both give the same bits: no reassociation, and the sources that
// use it are built with -ffp-contract=off, so no fused multiply-add appears.
// A macro, because an attribute cannot be made conditional otherwise.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)            \
  && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TROUPE_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define TROUPE_CLONES
#endif

namespace troupe::audio {

/// Reads eight floats from any address. @pre `from[0..7]` is readable
[[gnu::always_inline]] inline lane_floats load_lanes(const float* from) {
  lane_floats value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// Writes eight floats to any address. @pre `to[0..7]` is writable
[[gnu::always_inline]] inline void store_lanes(float* to, lane_floats value) {
  std::memcpy(to, &value, sizeof value);
}

/// Eight copies of `value`.
[[gnu::always_inline]] inline lane_floats fill_lanes(float value) {
  return lane_floats{value, value, value, value, value, value, value, value};
}

/// |x| by clearing the sign bit.
[[gnu::always_inline]] inline lane_floats absolute(lane_floats x) {
  const lane_ints mask = lane_ints{} + 0x7fffffff;
  return reinterpret_cast<lane_floats>(reinterpret_cast<lane_ints>(x) & mask);
}

/// The larger of both, lane by lane; `b` where either is NaN.
[[gnu::always_inline]] inline lane_floats larger(lane_floats a, lane_floats b) {
  return a > b ? a : b;
}

/// The sum of the eight lanes, always in the same order.
[[gnu::always_inline]] inline float sum_of_lanes(lane_floats x) {
  return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

/// sum of from[i] weights[i]
[[gnu::always_inline]] inline lane_floats
weighted_sum(const lanes* from, const float* weights, std::size_t count) {
  lane_floats sum{};
  for (std::size_t i = 0; i < count; ++i)
    sum += from[i].v * weights[i];
  return sum;
}

/// The largest of the eight lanes.
[[gnu::always_inline]] inline float largest_lane(lane_floats x) {
  float most = x[0];
  for (std::size_t i = 1; i < lane_count; ++i)
    most = x[i] > most ? x[i] : most;
  return most;
}

/// Natural logarithm, relative error below 3e-7. With x = 2^e m and m in
/// [sqrt(1/2), sqrt(2)), ln m = 2 artanh((m-1)/(m+1)) by its Taylor series to
/// the 9th power; the first term left out is below 1e-9.
/// @pre every lane is a positive normal number
[[gnu::always_inline]] inline lane_floats natural_log(lane_floats x) {
  // Subtracting the bits of sqrt(1/2) makes the exponent field split there.
  const lane_ints bits = reinterpret_cast<lane_ints>(x) - 0x3f3504f3;
  const lane_ints exponent = bits >> 23;
  const lane_ints mantissa = (bits & 0x007fffff) + 0x3f3504f3;
  const auto m = reinterpret_cast<lane_floats>(mantissa);
  const auto e = __builtin_convertvector(exponent, lane_floats);
  const lane_floats s = (m - 1.0F) / (m + 1.0F);
  const lane_floats q = s * s;
  const lane_floats series =
    ((((1.0F / 9.0F) * q + 1.0F / 7.0F) * q + 1.0F / 5.0F) * q + 1.0F / 3.0F)
    * q;
  // ln 2 in two parts, so that e * high is exact.
  return e * 0.693145752F
         + (2.0F * s + (2.0F * s * series + e * 1.42860677e-6F));
}

} // namespace troupe::audio
