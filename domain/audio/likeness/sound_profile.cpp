#include "domain/audio/likeness/sound_profile.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace troupe::audio {

namespace {

/// First bands of the six groups, and the end of the last.
constexpr std::array<std::size_t, sound_profile::groups + 1> group_bounds{
  0, 3, 7, 12, 18, 25, 32};

double octaves_of(double hertz) {
  return std::log2(std::max(hertz, 16.0));
}

} // namespace

void sound_profile::push(const frame& now) {
  assert(now.logs.size() == bands);
  ++frames_;
  level_.push(now.level_db);
  power_sum_ += std::pow(10.0, now.level_db / 10.0);
  centroid_.push(octaves_of(now.centroid_hz));
  rolloff_.push(octaves_of(now.rolloff_hz));
  flatness_.push(std::log(std::max(now.flatness, 1e-10)));
  brightness_.push(now.brightness);
  for (std::size_t g = 0; g < groups; ++g) {
    const auto* first = now.logs.data() + group_bounds[g];
    const auto* end = now.logs.data() + group_bounds[g + 1];
    const auto [least, most] = std::minmax_element(first, end);
    contrast_sum_[g] += static_cast<double>(*most - *least);
    double sum = 0.0;
    for (const auto* log = first; log != end; ++log)
      sum += static_cast<double>(*log);
    group_sum_[g] += sum / static_cast<double>(end - first);
    all_sum_ += sum / static_cast<double>(bands);
  }
}

std::array<double, sound_profile::numbers> sound_profile::figures() const {
  std::array<double, numbers> out{};
  if (frames_ == 0)
    return out;
  const auto count = static_cast<double>(frames_);
  const double mean_db = 10.0 * std::log10(power_sum_ / count);
  std::size_t at = 0;
  for (const double share : {0.1, 0.5, 0.9})
    out[at++] = level_.percentile(share) - mean_db;
  out[at++] = level_.deviation();
  out[at++] = centroid_.mean();
  out[at++] = centroid_.deviation();
  out[at++] = centroid_.percentile(0.1);
  out[at++] = centroid_.percentile(0.9);
  out[at++] = rolloff_.mean();
  out[at++] = rolloff_.deviation();
  out[at++] = flatness_.mean();
  out[at++] = flatness_.deviation();
  out[at++] = brightness_.mean();
  out[at++] = brightness_.deviation();
  for (const double sum : contrast_sum_)
    out[at++] = sum / count;
  for (const double sum : group_sum_)
    out[at++] = (sum - all_sum_) / count;
  return out;
}

} // namespace troupe::audio
