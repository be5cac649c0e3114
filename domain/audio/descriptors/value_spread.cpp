#include "domain/audio/descriptors/value_spread.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace troupe::audio {

value_spread::value_spread(double low, double high, std::size_t cells)
  : low_(low), cell_((high - low) / static_cast<double>(cells)), cells_(cells) {
  assert(low < high && cells >= 1);
}

void value_spread::push(double value) {
  const auto last = static_cast<double>(cells_.size() - 1);
  const double at = std::clamp(std::floor((value - low_) / cell_), 0.0, last);
  ++cells_[static_cast<std::size_t>(at)];
  ++count_;
  sum_ += value;
  square_sum_ += value * value;
}

double value_spread::mean() const {
  return count_ > 0 ? sum_ / static_cast<double>(count_) : 0.0;
}

double value_spread::deviation() const {
  if (count_ == 0)
    return 0.0;
  const double average = mean();
  return std::sqrt(std::max(0.0, square_sum_ / static_cast<double>(count_)
                                   - average * average));
}

double value_spread::percentile(double share) const {
  assert(share >= 0.0 && share <= 1.0);
  double wanted = share * static_cast<double>(count_);
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const auto here = static_cast<double>(cells_[i]);
    if (here > 0.0 && wanted <= here)
      return low_ + cell_ * (static_cast<double>(i) + wanted / here);
    wanted -= here;
  }
  return low_;
}

} // namespace troupe::audio
