#pragma once

#include "domain/jobs/job.hpp"
#include "domain/jobs/retry_policy.hpp"
#include "domain/ports/library_store.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe {

/// What a worker says at the end of an attempt.
struct work_outcome {
  attempt_outcome outcome = attempt_outcome::succeeded;
  error_class why = error_class::none;
  /// What it was doing: "open", "decode", "analyze", "encode".
  std::string stage;
  /// For a person; on success what is worth knowing, mostly nothing.
  std::string message;
  /// Present exactly on success.
  std::optional<job_output> output;
  /// Seconds of media worked through; 0 where that means nothing.
  double media_s = 0.0;
};

/// The times of an attempt and who made it.
struct attempt_facts {
  std::string worker;
  std::int64_t started_us = 0;
  std::int64_t ended_us = 0;
};

/// Decides what an outcome does to its job: done, another try, or the end.
/// @param random uniform in [0, 1), for the jitter of the backoff
[[nodiscard]] attempt_end decide_end(const claimed_job& job,
                                     work_outcome outcome,
                                     const attempt_facts& facts,
                                     const retry_policy& policy, double random);

/// The outcome of a job that goes back untouched; costs no attempt.
[[nodiscard]] work_outcome returned_unfinished();

/// The outcome when the worker itself died: a bug of ours, so that the job is
/// not charged, only counted as interrupted.
[[nodiscard]] work_outcome worker_died();

/// The outcome when a worker gave no sign of life within the time limit.
/// @param held_s seconds since it took the job
/// @param media_s seconds of media it had done
[[nodiscard]] work_outcome timed_out(const claimed_job& job, double held_s,
                                     double media_s);

/// Maps the code of a failed operation to the class that decides about
/// another try.
[[nodiscard]] error_class classify(errc code) noexcept;

} // namespace troupe
