#include "domain/image/filter_bank.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::image {

namespace {

double sinc(double x) {
  if (x == 0.0)
    return 1.0;
  const double angle = x * std::numbers::pi;
  return std::sin(angle) / angle;
}

double bicubic_weight(double x) {
  constexpr double a = -0.5;
  const double d = std::abs(x);
  if (d < 1.0)
    return ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0;
  if (d < 2.0)
    return (((d - 5.0) * d + 8.0) * d - 4.0) * a;
  return 0.0;
}

double weight_of(filter which, double x) {
  switch (which) {
  case filter::box:
    return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
  case filter::bilinear:
    return std::max(0.0, 1.0 - std::abs(x));
  case filter::bicubic:
    return bicubic_weight(x);
  case filter::lanczos:
    return x >= -3.0 && x < 3.0 ? sinc(x) * sinc(x / 3.0) : 0.0;
  }
  return 0.0;
}

double support_of(filter which) {
  switch (which) {
  case filter::box:
    return 0.5;
  case filter::bilinear:
    return 1.0;
  case filter::bicubic:
    return 2.0;
  case filter::lanczos:
    return 3.0;
  }
  return 0.0;
}

std::int32_t rounded_weight(double weight) {
  const double scaled = weight * (1 << weight_bits);
  return static_cast<std::int32_t>(scaled < 0.0 ? scaled - 0.5 : scaled + 0.5);
}

std::size_t in_groups(std::size_t taps) {
  return (taps + tap_group - 1) / tap_group * tap_group;
}

} // namespace

std::string_view to_string(filter which) noexcept {
  switch (which) {
  case filter::box:
    return "box";
  case filter::bilinear:
    return "bilinear";
  case filter::bicubic:
    return "bicubic";
  case filter::lanczos:
    return "lanczos";
  }
  return "";
}

filter_bank::filter_bank(const axis& a, filter which) {
  assert(a.in > 0 && a.out > 0 && a.count > 0);
  assert(std::uint64_t{a.first} + a.count <= a.out);
  const double scale = static_cast<double>(a.in) / a.out;
  const double widening = std::max(scale, 1.0);
  const double narrowing = 1.0 / widening;
  const double support = support_of(which) * widening;
  ranges_.reserve(a.count);
  for (std::uint32_t i = a.first; i < a.first + a.count; ++i) {
    const double centre = (i + 0.5) * scale;
    const auto begin = std::max<std::int64_t>(
      0, static_cast<std::int64_t>(centre - support + 0.5));
    const auto end = std::min<std::int64_t>(
      a.in, static_cast<std::int64_t>(centre + support + 0.5));
    const auto taps = static_cast<std::size_t>(end - begin);
    const auto offset = exact_.size();
    ranges_.push_back({static_cast<std::uint32_t>(begin),
                       static_cast<std::uint32_t>(taps), offset});
    exact_.resize(offset + in_groups(taps));
    double sum = 0.0;
    for (std::size_t tap = 0; tap < taps; ++tap) {
      const auto place =
        static_cast<double>(begin + static_cast<std::int64_t>(tap));
      const double w = weight_of(which, (place - centre + 0.5) * narrowing);
      exact_[offset + tap] = w;
      sum += w;
    }
    if (sum != 0.0)
      for (std::size_t tap = 0; tap < taps; ++tap)
        exact_[offset + tap] /= sum;
  }
  // One group more, so that kernels may read ahead.
  high_.resize(exact_.size() + tap_group);
  low_.resize(exact_.size() + tap_group);
  for (std::size_t i = 0; i < exact_.size(); ++i) {
    const auto weight = rounded_weight(exact_[i]);
    high_[i] = static_cast<std::int16_t>(weight >> low_bits);
    low_[i] = static_cast<std::int16_t>(weight & ((1 << low_bits) - 1));
  }
}

std::uint32_t filter_bank::needed_begin() const noexcept {
  return ranges_.front().first;
}

std::uint32_t filter_bank::needed_end() const noexcept {
  return ranges_.back().first + ranges_.back().count;
}

} // namespace troupe::image
