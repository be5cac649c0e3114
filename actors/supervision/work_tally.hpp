#pragma once

#include "actors/messages/values.hpp"
#include "domain/ports/log_sink.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// The SUPERVISOR's counters since its start.
class work_tally {
public:
  /// What the store made of a request's ends; true when a job is ready again.
  bool count(const settle_request& request, const settle_report& report);

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

  /// Jobs handed back count from now on.
  void forget_handed_back() {
    handed_back_ = 0;
  }

  [[nodiscard]] std::int64_t handed_back() const noexcept {
    return handed_back_;
  }

  /// The counters, with what the workers do at present.
  [[nodiscard]] work_progress shown(std::vector<work_in_hand> running,
                                    std::string broken) const;

private:
  void count(const attempt_end& end, end_verdict verdict);

  work_progress progress_;
  std::int64_t handed_back_ = 0;
  bool backlog_known_ = false;
};

/// One log line about the start of an epoch.
[[nodiscard]] std::string describe_epoch(const epoch_report& begun);

/// One log line about the end of an attempt, and how much it matters.
[[nodiscard]] std::string describe_end(const claimed_job& job,
                                       const attempt_end& end);
[[nodiscard]] log_level level_of(const attempt_end& end) noexcept;

} // namespace troupe
