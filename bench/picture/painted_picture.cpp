#include "bench/picture/painted_picture.hpp"

#include "domain/image/resize.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

namespace troupe::benches {

namespace {

using image::image_size;

/// Uniform in [0, 1): the same everywhere, unlike the standard distributions.
class dice {
public:
  explicit dice(std::uint32_t seed) : engine_(seed) {}

  double next() {
    return static_cast<double>(engine_()) / 4294967296.0;
  }

  double between(double low, double high) {
    return low + (high - low) * next();
  }

private:
  std::mt19937 engine_;
};

/// Sums random grids, each twice as fine and `fall` times as strong as the one
/// before, stretched by `aspect` to favour one direction.
std::vector<float> clouds(image_size size, double fall, double aspect,
                          dice& random) {
  std::vector<float> sum(size.pixels());
  double strength = 1.0;
  const auto longer = std::max(size.width, size.height);
  for (std::uint32_t side = 2; side <= longer; side *= 2, strength *= fall) {
    const image_size grid{
      std::clamp<std::uint32_t>(static_cast<std::uint32_t>(side * aspect), 2,
                                size.width),
      std::clamp<std::uint32_t>(static_cast<std::uint32_t>(side / aspect), 2,
                                size.height)};
    std::vector<float> values(grid.pixels());
    for (auto& value : values)
      value = static_cast<float>(random.between(-strength, strength));
    const auto fine =
      image::resize_plane(values, grid, size, image::filter::bicubic);
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] += fine[i];
  }
  return sum;
}

struct shape {
  double x;
  double y;
  double across;
  double down;
  double turn;
  bool round;
  std::array<double, 3> colour;

  [[nodiscard]] bool covers(double px, double py) const {
    const double dx = px - x;
    const double dy = py - y;
    const double u = (dx * std::cos(turn) + dy * std::sin(turn)) / across;
    const double v = (dy * std::cos(turn) - dx * std::sin(turn)) / down;
    return round ? u * u + v * v < 1.0 : std::abs(u) < 1.0 && std::abs(v) < 1.0;
  }
};

std::vector<shape> throw_shapes(dice& random) {
  std::vector<shape> shapes(4 + static_cast<std::size_t>(random.next() * 24));
  for (auto& one : shapes) {
    const double size = 0.4 * std::pow(random.next(), 2.0) + 0.02;
    one = {random.next(),
           random.next(),
           size * random.between(0.3, 1.5),
           size * random.between(0.3, 1.5),
           random.between(0.0, std::numbers::pi),
           random.next() < 0.5,
           {random.next(), random.next(), random.next()}};
  }
  return shapes;
}

} // namespace

image::picture paint(image_size size, std::uint32_t seed) {
  dice random{seed};
  const double fall = random.between(0.45, 0.75);
  const double aspect = random.between(0.6, 1.7);
  const auto light = clouds(size, fall, aspect, random);
  const auto warm = clouds(size, 0.4, 1.0, random);
  const auto shapes = throw_shapes(random);
  const double contrast = random.between(0.1, 0.4);
  const std::array<double, 3> tint{random.between(0.3, 0.7),
                                   random.between(0.3, 0.7),
                                   random.between(0.3, 0.7)};
  auto made = image::picture::blank(size);
  const double scale = 1.0 / std::max(size.width, size.height);
  for (std::uint32_t y = 0; y < size.height; ++y)
    for (std::uint32_t x = 0; x < size.width; ++x) {
      const auto at = std::size_t{y} * size.width + x;
      auto colour = tint;
      for (const auto& one : shapes)
        if (one.covers(x * scale, y * scale))
          colour = one.colour;
      const double grain = random.between(-0.02, 0.02);
      for (std::size_t channel = 0; channel < 3; ++channel) {
        const double warmth = (static_cast<double>(channel) - 1.0) * 0.08;
        const double value = colour.at(channel)
                             + contrast * static_cast<double>(light[at])
                             + warmth * static_cast<double>(warm[at]) + grain;
        made.rgba[at * 4 + channel] =
          static_cast<std::uint8_t>(std::clamp(value, 0.0, 1.0) * 255.0);
      }
      made.rgba[at * 4 + 3] = 255;
    }
  return made;
}

} // namespace troupe::benches
