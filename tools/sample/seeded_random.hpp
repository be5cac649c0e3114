#pragma once

#include <cstdint>

namespace troupe::sample {

/// Random numbers that are the same everywhere for the same seed, which the
/// distributions of the standard library are not. SplitMix64 (Steele, Lea,
/// Flood: Fast splittable pseudorandom number generators, 2014, figure 16).
class seeded_random {
public:
  explicit seeded_random(std::uint64_t seed) : state_(seed) {}

  /// Returns 64 random bits.
  std::uint64_t bits() noexcept {
    state_ += 0x9E3779B97F4A7C15U;
    auto z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  /// Returns a number in [0, 1).
  double unit() noexcept {
    return static_cast<double>(bits() >> 11U) * 0x1p-53;
  }

  /// Returns a number in [low, high).
  double between(double low, double high) noexcept {
    return low + (high - low) * unit();
  }

  /// Returns an integer in [0, count).
  /// @pre `count > 0`
  int below(int count) noexcept {
    return static_cast<int>(unit() * count);
  }

private:
  std::uint64_t state_;
};

} // namespace troupe::sample
