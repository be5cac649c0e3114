#pragma once

#include "domain/image/picture.hpp"
#include "domain/ports/square_fourier.hpp"

#include <array>
#include <span>
#include <vector>

namespace troupe::image {

/// Numbers of a GIST: 20 filters times 4 x 4 cells.
inline constexpr std::size_t gist_numbers = 320;

/// Side of the picture that descriptors look at: the finest filter has 19
/// cycles across, which a small preview still shows.
inline constexpr std::uint32_t scene_side = 64;

/// The GIST of pictures: how much structure of each direction and coarseness
/// there is in each of 4 x 4 cells.
///
/// Source: Oliva and Torralba, "Modeling the shape of the scene", IJCV 42
/// (2001), with the filters of their published program: 8, 8 and 4 directions
/// at 0.3, 0.162 and 0.088 cycles per pixel. The coarser two are computed on
/// grids of 60 and 40 instead of 80, which hold all their frequencies.
///
/// Thread affinity: one thread at a time, for its scratch.
class gist_meter {
public:
  /// Plans; takes a few milliseconds and 400 kB.
  explicit gist_meter(const square_fourier_source& transforms);

  /// Filter after filter, cells row by row; each the mean magnitude of the
  /// filter's response, not negative.
  /// @param luma [64][64] in [0, 255]
  /// Complexity: O(n² log n), about 1 ms. No allocation.
  void measure(std::span<const float> luma, std::span<float, gist_numbers> out);

private:
  /// A grid of one side, with the filters that are applied on it.
  struct level {
    std::size_t side = 0;
    std::shared_ptr<const square_fourier> transform;
    /// [filter][side][side]
    std::vector<float> filters;
    std::size_t filter_count = 0;
  };

  void remove_lighting();
  void spread_spectrum();
  void measure_level(const level& on, float*& out);

  std::shared_ptr<const square_fourier> transform_;
  std::array<level, 3> levels_;
  /// The low-pass filter of the lighting, on half the spectrum.
  std::vector<float> low_pass_;
  std::vector<float> padded_;
  std::vector<float> smooth_;
  std::vector<std::complex<float>> half_;
  std::vector<std::complex<float>> whole_;
  std::vector<std::complex<float>> response_;
  std::vector<float> sums_;
};

} // namespace troupe::image
