#include "bench/picture/reference_resize.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace troupe::bench {

namespace {

double bicubic(double x) {
  x = std::abs(x);
  if (x <= 1)
    return (1.5 * x - 2.5) * x * x + 1;
  return x <= 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

double bilinear(double x) {
  return std::max(0.0, 1 - std::abs(x));
}

double lanczos3(double x) {
  if (x == 0)
    return 1;
  if (std::abs(x) >= 3)
    return 0;
  const auto t = std::numbers::pi * x;
  return std::sin(t) * std::sin(t / 3) / (t * t / 3);
}

double box(double x) {
  return x >= -0.5 && x < 0.5 ? 1 : 0;
}

struct shape {
  double (*value)(double);
  double width;
};

shape shape_of(std::string_view kernel) {
  if (kernel == "lanczos3")
    return {lanczos3, 6};
  if (kernel == "bilinear")
    return {bilinear, 2};
  if (kernel == "box")
    return {box, 1};
  return {bicubic, 4};
}

/// What one output sample is made of.
struct contribution {
  std::vector<std::size_t> at;
  std::vector<double> weight;
};

std::vector<contribution> contributions(std::size_t in, std::size_t out,
                                        const shape& of) {
  const auto scale = static_cast<double>(out) / static_cast<double>(in);
  const auto stretch = std::max(1.0, 1 / scale);
  std::vector<contribution> all(out);
  for (std::size_t o = 0; o < out; ++o) {
    const auto centre = (static_cast<double>(o) + 0.5) / scale - 0.5;
    const auto reach = of.width * stretch / 2;
    const auto first = static_cast<std::int64_t>(std::floor(centre - reach));
    const auto last = static_cast<std::int64_t>(std::ceil(centre + reach));
    double sum = 0;
    for (auto tap = first; tap <= last; ++tap) {
      const auto weight =
        of.value((centre - static_cast<double>(tap)) / stretch);
      if (weight == 0)
        continue;
      const auto period = 2 * static_cast<std::int64_t>(in);
      auto at = (tap % period + period) % period;
      if (at >= static_cast<std::int64_t>(in))
        at = period - 1 - at;
      all[o].at.push_back(static_cast<std::size_t>(at));
      all[o].weight.push_back(weight);
      sum += weight;
    }
    for (auto& weight : all[o].weight)
      weight /= sum;
  }
  return all;
}

void resize_rows(const double* in, std::size_t width, std::size_t out_height,
                 const std::vector<contribution>& rows, double* out) {
  for (std::size_t y = 0; y < out_height; ++y)
    for (std::size_t k = 0; k < rows[y].at.size(); ++k) {
      const auto from = in + rows[y].at[k] * width;
      const auto weight = rows[y].weight[k];
      for (std::size_t x = 0; x < width; ++x)
        out[y * width + x] += weight * from[x];
    }
}

void resize_columns(const double* in, std::size_t width, std::size_t height,
                    const std::vector<contribution>& columns, double* out) {
  const auto out_width = columns.size();
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < out_width; ++x) {
      double sum = 0;
      for (std::size_t k = 0; k < columns[x].at.size(); ++k)
        sum += columns[x].weight[k] * in[y * width + columns[x].at[k]];
      out[y * out_width + x] = sum;
    }
}

// IEC 61966-2-1.
double to_linear(double grey) {
  const auto value = grey / 255;
  return value <= 0.04045 ? value / 12.92
                          : std::pow((value + 0.055) / 1.055, 2.4);
}

double from_linear(double light) {
  return 255
         * (light <= 0.0031308 ? light * 12.92
                               : 1.055 * std::pow(light, 1 / 2.4) - 0.055);
}

} // namespace

plane_stack resized(const plane_stack& from, std::size_t width,
                    std::size_t height, std::string_view kernel) {
  const auto of = shape_of(kernel);
  const auto rows = contributions(from.height, height, of);
  const auto columns = contributions(from.width, width, of);
  auto source = from;
  if (kernel == "box")
    for (auto& sample : source.samples)
      sample = to_linear(sample);
  auto out = plane_stack::blank(width, height, from.channels);
  for (std::size_t c = 0; c < from.channels; ++c) {
    std::vector<double> tall(from.width * height);
    resize_rows(source.plane(c), from.width, height, rows, tall.data());
    resize_columns(tall.data(), from.width, height, columns, out.plane(c));
  }
  for (auto& sample : out.samples) {
    const auto value = kernel == "box" ? from_linear(sample) : sample;
    sample = std::clamp(std::floor(value + 0.5), 0.0, 255.0);
  }
  return out;
}

} // namespace troupe::bench
