#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::audio {

/// Mean, standard deviation and percentiles of a stream of values, in memory
/// that does not grow: percentiles come from a histogram of equal cells and
/// err by at most one cell.
/// Thread affinity: one thread at a time.
class value_spread {
public:
  /// Values outside `[low, high]` count as its ends in percentiles.
  /// @pre `low < high`, `cells >= 1`
  value_spread(double low, double high, std::size_t cells);

  void push(double value);

  [[nodiscard]] std::int64_t count() const noexcept {
    return count_;
  }

  /// 0 without a value.
  [[nodiscard]] double mean() const;
  [[nodiscard]] double deviation() const;

  /// The value below which this share of the values lies, interpolated inside
  /// its cell; `low` without a value. @pre `share` in [0, 1]
  [[nodiscard]] double percentile(double share) const;

private:
  double low_;
  double cell_;
  std::vector<std::int64_t> cells_;
  std::int64_t count_ = 0;
  double sum_ = 0.0;
  double square_sum_ = 0.0;
};

} // namespace troupe::audio
