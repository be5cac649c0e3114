#pragma once

#include "domain/network/pixel_rows.hpp"
#include "domain/network/tensor_view.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troupe::network {

/// Lanczos-3 weights of one output phase over the seven nearest input samples,
/// normalised to sum 1. Output `phase` of `factor` lies at input position
/// (phase + 0.5) / factor - 0.5 from the middle one. @pre `phase < factor`
[[nodiscard]] std::array<float, 7> lanczos_phase(std::size_t phase,
                                                 std::size_t factor) noexcept;

/// Enlarges one plane of a picture by Lanczos-3, row after row down a column
/// strip: for the colour differences, which eyes and networks care less about.
///
/// Keeps seven rows. Each output is a sum in fixed order, independent of the
/// strip. Thread affinity: one thread at a time.
class lanczos_rows {
public:
  /// Room for strips of `width_max` columns.
  lanczos_rows(std::size_t factor, std::size_t width_max);

  /// Starts at input column `x` and row `y`. Borrows the picture until the
  /// strip is done.
  void begin(const pixel_view& picture, plane which, std::size_t x,
             std::size_t y, std::size_t width);

  /// The enlarged rows of the next input row, [factor][width * factor]. Valid
  /// until the next call.
  std::span<const float> next();

  /// Memory held for strips of `width_max`. Pure.
  [[nodiscard]] static std::size_t bytes_for(std::size_t factor,
                                             std::size_t width_max) noexcept;

private:
  static constexpr std::size_t taps_ = 7;
  static constexpr std::int64_t reach_ = 3;

  void widen(std::int64_t row);

  std::size_t factor_;
  std::vector<std::array<float, taps_>> phases_;
  std::vector<float> narrow_;
  /// [row modulo seven][width * factor]
  std::vector<float> wide_;
  std::vector<float> out_;
  pixel_view picture_;
  plane which_ = plane::red_difference;
  std::int64_t x_ = 0;
  std::int64_t y_ = 0;
  std::size_t width_ = 0;
};

} // namespace troupe::network
