#pragma once

#include <cassert>
#include <cstdint>

namespace troupe {

/// What becomes of the work that a drain did not see the end of. Sent: append
/// only.
enum class drain_rest : std::uint8_t {
  /// It goes on.
  wait = 0,
  /// Running jobs go back to the queue; it costs them no attempt.
  requeue = 1,
  /// Running, ready and waiting jobs are cancelled.
  cancel = 2,
};

/// What a drain does next.
enum class drain_step : std::uint8_t {
  go_on,
  /// The time is over: ask for the running jobs back; comes once.
  ask_back,
  /// Everything ended in time.
  drained,
  /// The time is over, and what was asked back has come, or will not.
  timed_out,
};

/// An administrator's drain: work goes on until none is left or the time is
/// over. It is back at its deadline whatever the workers do; only what has
/// been asked back is waited for, and that not for long.
class drain_watch {
public:
  /// @pre none is running
  void begin(std::int64_t now_ms, std::int64_t timeout_ms, drain_rest rest,
             std::int64_t hand_back_within_ms) {
    assert(!running_);
    running_ = true;
    asked_back_ = false;
    rest_ = rest;
    deadline_ms_ = now_ms + timeout_ms;
    give_up_ms_ = deadline_ms_ + hand_back_within_ms;
  }

  void end() {
    running_ = false;
  }

  [[nodiscard]] bool running() const noexcept {
    return running_;
  }

  /// The running jobs have been asked back: nothing may be claimed.
  [[nodiscard]] bool asked_back() const noexcept {
    return running_ && asked_back_;
  }

  [[nodiscard]] drain_rest rest() const noexcept {
    return rest_;
  }

  /// When to look again at the latest.
  [[nodiscard]] std::int64_t next_look_ms() const noexcept {
    return asked_back_ ? give_up_ms_ : deadline_ms_;
  }

  /// @param nothing_left no job of any kind worked on is live
  /// @param nothing_in_hand no worker holds a job, nothing is on its way
  [[nodiscard]] drain_step look(std::int64_t now_ms, bool nothing_left,
                                bool nothing_in_hand) {
    assert(running_);
    if (asked_back_)
      return nothing_in_hand || now_ms >= give_up_ms_ ? drain_step::timed_out
                                                      : drain_step::go_on;
    if (nothing_left)
      return drain_step::drained;
    if (now_ms < deadline_ms_)
      return drain_step::go_on;
    if (rest_ == drain_rest::wait)
      return drain_step::timed_out;
    asked_back_ = true;
    return drain_step::ask_back;
  }

private:
  bool running_ = false;
  bool asked_back_ = false;
  drain_rest rest_ = drain_rest::wait;
  std::int64_t deadline_ms_ = 0;
  std::int64_t give_up_ms_ = 0;
};

} // namespace troupe
