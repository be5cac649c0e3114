#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace troupe::bench {

/// Planes of doubles, [channel][height][width], values 0..255.
struct plane_stack {
  std::size_t width = 0;
  std::size_t height = 0;
  std::size_t channels = 0;
  std::vector<double> samples;

  /// Room for so many zeros.
  [[nodiscard]] static plane_stack blank(std::size_t width, std::size_t height,
                                         std::size_t channels) {
    return {width, height, channels,
            std::vector<double>(width * height * channels)};
  }

  [[nodiscard]] double* plane(std::size_t channel) noexcept {
    return samples.data() + channel * width * height;
  }

  [[nodiscard]] const double* plane(std::size_t channel) const noexcept {
    return samples.data() + channel * width * height;
  }
};

/// `from` at another size, rounded and limited to bytes, as MATLAB's imresize
/// does to uint8 pictures: half-pixel centres, the kernel stretched when it
/// reduces, weights normalised, border mirrored, columns first.
/// @param kernel `bicubic` (a = -0.5), `bilinear`, `lanczos3`, or `box`: mean
/// in linear light of whole blocks of pixels
[[nodiscard]] plane_stack resized(const plane_stack& from, std::size_t width,
                                  std::size_t height, std::string_view kernel);

} // namespace troupe::bench
