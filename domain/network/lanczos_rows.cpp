#include "domain/network/lanczos_rows.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::network {

namespace {

double sinc(double x) {
  if (x == 0)
    return 1;
  return std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

/// Three-lobed Lanczos window. @see Duchon, "Lanczos Filtering in One and Two
/// Dimensions", 1979
double lanczos3(double x) {
  return std::abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
}

} // namespace

std::array<float, 7> lanczos_phase(std::size_t phase,
                                   std::size_t factor) noexcept {
  assert(phase < factor);
  const auto centre =
    (static_cast<double>(phase) + 0.5) / static_cast<double>(factor) - 0.5;
  std::array<double, 7> exact{};
  double sum = 0;
  for (std::size_t tap = 0; tap < exact.size(); ++tap) {
    exact[tap] = lanczos3(centre - (static_cast<double>(tap) - 3));
    sum += exact[tap];
  }
  std::array<float, 7> weights{};
  for (std::size_t tap = 0; tap < exact.size(); ++tap)
    weights[tap] = static_cast<float>(exact[tap] / sum);
  return weights;
}

lanczos_rows::lanczos_rows(std::size_t factor, std::size_t width_max)
  : factor_{factor}, narrow_(width_max + taps_ - 1),
    wide_(taps_ * width_max * factor), out_(width_max * factor * factor) {
  for (std::size_t phase = 0; phase < factor; ++phase)
    phases_.push_back(lanczos_phase(phase, factor));
}

void lanczos_rows::begin(const pixel_view& picture, plane which, std::size_t x,
                         std::size_t y, std::size_t width) {
  assert(width + taps_ - 1 <= narrow_.size());
  picture_ = picture;
  which_ = which;
  x_ = static_cast<std::int64_t>(x);
  y_ = static_cast<std::int64_t>(y);
  width_ = width;
  for (auto row = y_ - reach_; row < y_ + reach_; ++row)
    widen(row);
}

void lanczos_rows::widen(std::int64_t row) {
  const std::span narrow{narrow_.data(), width_ + taps_ - 1};
  read_mirrored(picture_, which_, {x_ - reach_, row}, narrow);
  // Seven is added so that rows above the picture count from zero, too.
  const auto slot =
    static_cast<std::size_t>(row + static_cast<std::int64_t>(taps_)) % taps_;
  auto out = wide_.data() + slot * width_ * factor_;
  for (std::size_t x = 0; x < width_; ++x)
    for (const auto& weights : phases_) {
      auto sum = 0.0F;
      for (std::size_t tap = 0; tap < taps_; ++tap)
        sum += weights[tap] * narrow[x + tap];
      *out++ = sum;
    }
}

std::span<const float> lanczos_rows::next() {
  widen(y_ + reach_);
  const auto samples = width_ * factor_;
  for (std::size_t phase = 0; phase < factor_; ++phase) {
    const std::span out{out_.data() + phase * samples, samples};
    std::fill(out.begin(), out.end(), 0.0F);
    for (std::size_t tap = 0; tap < taps_; ++tap) {
      const auto slot =
        static_cast<std::size_t>(y_ - reach_ + static_cast<std::int64_t>(tap)
                                 + static_cast<std::int64_t>(taps_))
        % taps_;
      const auto row = wide_.data() + slot * samples;
      const auto weight = phases_[phase][tap];
      for (std::size_t x = 0; x < samples; ++x)
        out[x] += weight * row[x];
    }
  }
  ++y_;
  return {out_.data(), samples * factor_};
}

std::size_t lanczos_rows::bytes_for(std::size_t factor,
                                    std::size_t width_max) noexcept {
  return sizeof(float)
         * (width_max + taps_ - 1 + taps_ * width_max * factor
            + width_max * factor * factor);
}

} // namespace troupe::network
