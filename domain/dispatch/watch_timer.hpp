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

  /// A timer ran out. False: an earlier wish has overtaken it, so that it
  /// means nothing any more; without this each overtaken timer would start a
  /// chain of its own.
  [[nodiscard]] bool fired(std::int64_t now_ms) {
    if (!set_ms_ || now_ms + tolerance_ms < *set_ms_)
      return false;
    set_ms_.reset();
    return true;
  }

private:
  /// Timers may run out this much early.
  static constexpr std::int64_t tolerance_ms = 20;

  std::optional<std::int64_t> set_ms_;
};

} // namespace troupe
