#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace troupe::audio {

/// A long list of numbers in [0, `most`], 16 bits each: 7 MB for ten hours at
/// 100 Hz. Grows by small blocks, so that growing never doubles the memory.
class envelope {
public:
  /// Above this a value is cut off. Forty bands of log(101) are 184.6.
  static constexpr float most = 200.0F;

  /// @pre `value >= 0`
  void append(float value) {
    assert(value >= 0.0F);
    const float scaled = value * (65535.0F / most) + 0.5F;
    values_.push_back(
      static_cast<std::uint16_t>(scaled < 65535.0F ? scaled : 65535.0F));
  }

  /// @pre `index < size()`
  [[nodiscard]] float operator[](std::size_t index) const {
    return static_cast<float>(values_[index]) * (most / 65535.0F);
  }

  [[nodiscard]] std::size_t size() const noexcept {
    return values_.size();
  }

private:
  std::deque<std::uint16_t> values_;
};

} // namespace troupe::audio
