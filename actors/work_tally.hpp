#pragma once

#include "actors/messages/values.hpp"

#include <cstdint>
#include <utility>

namespace troupe {

/// The SUPERVISOR's counters since its start.
class work_tally {
public:
  /// What the store made of an end.
  void count(const attempt_end& end, end_verdict verdict);

  /// A result came from a worker that no longer held the job.
  void count_late_result() {
    ++progress_.refused;
  }

  void count_media(double media_s) {
    progress_.media_s += media_s;
  }

  void count_new_jobs(std::int64_t jobs) {
    progress_.total += jobs;
  }

  /// The store's own count; the first one is what the start found.
  void note_backlog(const backlog& x);

  /// A job waits until then.
  void note_due(std::int64_t due_us);

  /// The library could not be written, or (`errc::none`) can be again.
  void note_trouble(const error& why);
  void clear_trouble();

  [[nodiscard]] bool in_trouble() const noexcept {
    return progress_.trouble != errc::none;
  }

  /// Earliest due time; 0 without any.
  [[nodiscard]] std::int64_t next_due_us() const noexcept {
    return progress_.next_due_us;
  }

  [[nodiscard]] std::int64_t handed_back() const noexcept {
    return handed_back_;
  }

  [[nodiscard]] const work_progress& progress() const noexcept {
    return progress_;
  }

private:
  work_progress progress_;
  std::int64_t handed_back_ = 0;
  bool backlog_known_ = false;
};

} // namespace troupe
