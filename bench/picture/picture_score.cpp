#include "bench/picture/picture_score.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace troupe::bench {

namespace {

/// One plane, row after row.
struct luma_plane {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<double> samples;
};

luma_plane luma_of(const plane_stack& picture, std::size_t shave) {
  luma_plane luma{picture.width - 2 * shave, picture.height - 2 * shave, {}};
  for (auto y = shave; y < picture.height - shave; ++y)
    for (auto x = shave; x < picture.width - shave; ++x) {
      const auto at = y * picture.width + x;
      const auto grey = picture.plane(0)[at];
      luma.samples.push_back(picture.channels < 3
                               ? grey
                               : 16
                                   + (65.481 * grey
                                      + 128.553 * picture.plane(1)[at]
                                      + 24.966 * picture.plane(2)[at])
                                       / 255.0);
    }
  return luma;
}

constexpr std::size_t window = 11;

std::array<double, window> gaussian() {
  std::array<double, window> weights{};
  double sum = 0;
  for (std::size_t i = 0; i < window; ++i) {
    const auto d = static_cast<double>(i) - 5;
    weights[i] = std::exp(-d * d / (2 * 1.5 * 1.5));
    sum += weights[i];
  }
  for (auto& weight : weights)
    weight /= sum;
  return weights;
}

/// Valid Gaussian blur of the product of two planes.
std::vector<double> blurred(const luma_plane& a, const luma_plane& b) {
  static const auto weights = gaussian();
  const auto width = a.width - window + 1;
  const auto height = a.height - window + 1;
  std::vector<double> wide(a.height * width);
  for (std::size_t y = 0; y < a.height; ++y)
    for (std::size_t x = 0; x < width; ++x)
      for (std::size_t i = 0; i < window; ++i) {
        const auto at = y * a.width + x + i;
        wide[y * width + x] += weights[i] * a.samples[at] * b.samples[at];
      }
  std::vector<double> out(height * width);
  for (std::size_t i = 0; i < window; ++i)
    for (std::size_t k = 0; k < out.size(); ++k)
      out[k] += weights[i] * wide[k + i * width];
  return out;
}

double ssim_of(const luma_plane& a, const luma_plane& b) {
  const luma_plane ones{a.width, a.height,
                        std::vector<double>(a.samples.size(), 1.0)};
  const auto mean_a = blurred(a, ones);
  const auto mean_b = blurred(b, ones);
  const auto square_a = blurred(a, a);
  const auto square_b = blurred(b, b);
  const auto product = blurred(a, b);
  constexpr double c1 = 0.01 * 255 * 0.01 * 255;
  constexpr double c2 = 0.03 * 255 * 0.03 * 255;
  double sum = 0;
  for (std::size_t i = 0; i < product.size(); ++i) {
    const auto ma = mean_a[i];
    const auto mb = mean_b[i];
    sum += (2 * ma * mb + c1) * (2 * (product[i] - ma * mb) + c2)
           / ((ma * ma + mb * mb + c1)
              * (square_a[i] - ma * ma + square_b[i] - mb * mb + c2));
  }
  return sum / static_cast<double>(product.size());
}

} // namespace

picture_score score(const plane_stack& original, const plane_stack& other,
                    std::size_t shave) {
  const auto a = luma_of(original, shave);
  const auto b = luma_of(other, shave);
  double squares = 0;
  for (std::size_t i = 0; i < a.samples.size(); ++i) {
    const auto difference = a.samples[i] - b.samples[i];
    squares += difference * difference;
  }
  const auto mean = squares / static_cast<double>(a.samples.size());
  return {mean > 0 ? 10 * std::log10(255.0 * 255.0 / mean)
                   : std::numeric_limits<double>::infinity(),
          ssim_of(a, b)};
}

} // namespace troupe::bench
