#pragma once

#include <cstdint>
#include <utility>

namespace troupe {

/// The phases of a drain: jobs may end by themselves within the grace period,
/// then they are asked for back, then their workers are given up.
class drain_clock {
public:
  /// Starts the drain, or gives a present one a new grace period.
  void start(std::int64_t now_ms, std::int64_t grace_ms,
             std::int64_t hand_back_within_ms) {
    running_ = true;
    asked_back_ = false;
    ask_back_at_ms_ = now_ms + grace_ms;
    give_up_at_ms_ = ask_back_at_ms_ + hand_back_within_ms;
  }

  /// A drain is under way; it never ends but with the SUPERVISOR.
  [[nodiscard]] bool running() const noexcept {
    return running_;
  }

  /// True once, when the grace period is over.
  [[nodiscard]] bool ask_back(std::int64_t now_ms) {
    if (!running_ || now_ms < ask_back_at_ms_)
      return false;
    return !std::exchange(asked_back_, true);
  }

  /// True when who still holds a job will not hand it back any more.
  [[nodiscard]] bool give_up(std::int64_t now_ms) const noexcept {
    return running_ && now_ms >= give_up_at_ms_;
  }

private:
  bool running_ = false;
  bool asked_back_ = false;
  std::int64_t ask_back_at_ms_ = 0;
  std::int64_t give_up_at_ms_ = 0;
};

} // namespace troupe
