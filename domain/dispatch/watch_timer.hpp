#pragma once

#include <cstdint>
#include <optional>

namespace troupe {

/// When to look next: the earliest time that anybody wished for.
class watch_timer {
public:
  /// Wishes for a look at `at_ms`. True: set a timer; false: an earlier one
  /// is set.
  [[nodiscard]] bool wish(std::int64_t at_ms) {
    if (set_ms_ && *set_ms_ <= at_ms)
      return false;
    set_ms_ = at_ms;
    return true;
  }

  /// The look takes place.
  void fired() {
    set_ms_.reset();
  }

private:
  std::optional<std::int64_t> set_ms_;
};

} // namespace troupe
