#include "tools/sample/picture.hpp"

#include "tools/sample/seeded_random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <functional>
#include <numbers>

namespace troupe::sample {

namespace {

/// Red, green, blue, each in [0, 1].
using colour = std::array<double, 3>;

/// What a picture shows at (x, y): x in [0, 1], y in [0, height / width].
using scene = std::function<colour(double x, double y)>;

constexpr double tau = 2.0 * std::numbers::pi;

colour blend(const colour& a, const colour& b, double share) {
  share = std::clamp(share, 0.0, 1.0);
  colour both{};
  for (std::size_t i = 0; i < both.size(); ++i)
    both.at(i) = a.at(i) + (b.at(i) - a.at(i)) * share;
  return both;
}

/// A smooth walk through the hues.
colour hue(double turn) {
  return {0.5 + 0.5 * std::cos(tau * turn),
          0.5 + 0.5 * std::cos(tau * (turn - 0.33)),
          0.5 + 0.5 * std::cos(tau * (turn - 0.67))};
}

picture paint(std::string name, int width, int height, const scene& what) {
  picture done{std::move(name), width, height, {}};
  done.rgb.reserve(static_cast<std::size_t>(width)
                   * static_cast<std::size_t>(height) * 3);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (const double part : what((x + 0.5) / width, (y + 0.5) / width))
        done.rgb.push_back(static_cast<std::uint8_t>(
          std::lround(255.0 * std::clamp(part, 0.0, 1.0))));
  return done;
}

// -- scenes -------------------------------------------------------------------

colour sunset(double x, double y) {
  const auto sky = blend({0.16, 0.10, 0.36}, {0.98, 0.56, 0.24}, y / 0.5);
  const auto away = std::hypot(x - 0.62, y - 0.36);
  const auto lit = blend({1.0, 0.94, 0.72}, sky, (away - 0.07) * 25.0);
  const auto far = 0.46 + 0.05 * std::sin(9.0 * x) + 0.02 * std::sin(31.0 * x);
  const auto near = 0.58 + 0.06 * std::sin(5.0 * x + 2.0);
  if (y > near)
    return {0.05, 0.07, 0.12};
  return y > far ? colour{0.22, 0.13, 0.28} : lit;
}

colour meadow(double x, double y) {
  const auto hill = 0.40 + 0.08 * std::sin(4.0 * x + 0.6);
  if (y < hill)
    return blend({0.35, 0.62, 0.93}, {0.88, 0.94, 0.99}, y / hill);
  const auto blades = 0.5 + 0.5 * std::sin(420.0 * x + 60.0 * std::sin(40 * y));
  return blend({0.16, 0.42, 0.12}, {0.46, 0.72, 0.22}, blades * (1.2 - y));
}

/// Counts the steps until z -> z^2 + c leaves the circle of radius 2.
double escape_share(std::complex<double> z, std::complex<double> c, int most) {
  for (int i = 0; i < most; ++i) {
    if (std::norm(z) > 4.0)
      return static_cast<double>(i) / most;
    const auto re = z.real() * z.real() - z.imag() * z.imag() + c.real();
    z = {re, 2.0 * z.real() * z.imag() + c.imag()};
  }
  return 1.0;
}

colour mandelbrot(double x, double y) {
  const auto share = escape_share(0.0, {3.0 * x - 2.2, 3.0 * y - 1.1}, 60);
  return share >= 1.0 ? colour{} : hue(0.6 + 1.5 * std::sqrt(share));
}

colour julia(double x, double y) {
  const auto share =
    escape_share({3.0 * x - 1.5, 3.0 * y - 1.1}, {-0.8, 0.156}, 80);
  return blend({0.02, 0.03, 0.12}, {0.95, 0.98, 1.0}, 2.0 * std::sqrt(share));
}

colour chequers(double x, double y) {
  const auto along = 8.0 * (x * std::cos(0.4) - y * std::sin(0.4));
  const auto across = 8.0 * (x * std::sin(0.4) + y * std::cos(0.4));
  const bool light = (std::lround(along) + std::lround(across)) % 2 == 0;
  return light ? colour{0.93, 0.88, 0.76} : colour{0.60, 0.12, 0.16};
}

colour ripples(double x, double y) {
  const auto one = std::sin(70.0 * std::hypot(x - 0.3, y - 0.3));
  const auto two = std::sin(50.0 * std::hypot(x - 0.8, y - 0.5));
  return blend({0.01, 0.16, 0.32}, {0.55, 0.93, 0.93},
               0.5 + 0.25 * (one + two));
}

/// Each point takes the colour of the nearest of 24 seeds.
scene cells() {
  seeded_random random{24};
  std::vector<std::array<double, 3>> seeds(24);
  for (auto& seed : seeds)
    seed = {random.unit(), random.unit() * 0.75, random.unit()};
  return [seeds](double x, double y) {
    double nearest = 9.0;
    double turn = 0.0;
    for (const auto& [seed_x, seed_y, seed_hue] : seeds) {
      const auto away = std::hypot(x - seed_x, y - seed_y);
      if (away < nearest) {
        nearest = away;
        turn = seed_hue;
      }
    }
    return blend(hue(turn), {0.1, 0.1, 0.1}, nearest * 3.0);
  };
}

/// The sunset as another camera saw it: closer and brighter.
colour bright_sunset(double x, double y) {
  return blend(sunset(0.05 + 0.92 * x, 0.03 + 0.92 * y), {1.0, 1.0, 1.0}, 0.12);
}

} // namespace

std::vector<picture> paint_pictures(int width) {
  const int wide = width * 9 / 16;
  const int classic = width * 3 / 4;
  return {
    paint("sunset", width, classic, sunset),
    paint("sunset-brighter", width, classic, bright_sunset),
    paint("meadow", width, wide, meadow),
    paint("mandelbrot", width, classic, mandelbrot),
    paint("julia", width, classic, julia),
    paint("chequers", width, width, chequers),
    paint("ripples", width, wide, ripples),
    paint("cells", width, classic, cells()),
  };
}

} // namespace troupe::sample
