#include "domain/audio/curves/tempo_curve.hpp"

#include <algorithm>
#include <cstddef>

namespace troupe::audio {

std::vector<tempo_point> tempo_curve(std::span<const double> beats_s) {
  constexpr std::size_t reach = 4;
  std::vector<tempo_point> curve;
  if (beats_s.size() < 3)
    return curve;
  const auto intervals = beats_s.size() - 1;
  std::vector<double> near;
  for (std::size_t i = 0; i < intervals; ++i) {
    const auto first = i < reach ? 0 : i - reach;
    const auto last = std::min(intervals, i + reach + 1);
    near.clear();
    for (auto k = first; k < last; ++k)
      near.push_back(beats_s[k + 1] - beats_s[k]);
    const auto middle =
      near.begin() + static_cast<std::ptrdiff_t>(near.size() / 2);
    std::nth_element(near.begin(), middle, near.end());
    if (*middle > 0.0)
      curve.push_back({(beats_s[i] + beats_s[i + 1]) / 2.0, 60.0 / *middle});
  }
  return curve;
}

} // namespace troupe::audio
