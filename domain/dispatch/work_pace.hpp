#pragma once

#include "domain/jobs/job.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace troupe {

/// How fast jobs of one kind get done at present.
struct kind_pace {
  job_kind kind = job_kind::audio_analyze;
  /// Over the last minute, or since the first end within it.
  double jobs_per_s = 0.0;
  /// Seconds of media per second.
  double media_per_s = 0.0;
  /// Median run time of the last jobs.
  std::int64_t usual_ms = 0;
};

/// Remembers the latest ends of each kind: rates, and what a job usually takes.
class work_pace {
public:
  /// A job of this kind was done.
  /// @param duration_s length of its media; 0 = it has none
  void note(job_kind kind, std::int64_t now_ms, std::int64_t took_ms,
            double duration_s);

  /// One for each kind that was noted, in the order of the kinds.
  [[nodiscard]] std::vector<kind_pace> paces(std::int64_t now_ms) const;

  /// What a job of this kind and length is expected to take, by the medians of
  /// the last ones; 0 = none was noted.
  [[nodiscard]] std::int64_t usual_ms(job_kind kind, double duration_s) const;

private:
  struct ended_job {
    std::int64_t at_ms = 0;
    std::int64_t took_ms = 0;
    double duration_s = 0.0;
  };

  std::map<job_kind, std::deque<ended_job>> ended_;
};

} // namespace troupe
