#include "actors/workers/job_care.hpp"

#include <fmt/format.h>

namespace troupe {

result<void> check_stamp(const media_finder& files, const claimed_job& job) {
  auto now = files.stamp(job.path);
  if (!now)
    return now.failure();
  if (*now == job.stamp)
    return {};
  return error{errc::refused,
               fmt::format("{}: changed since it was found ({} bytes then, "
                           "{} now); run `troupe index` on it again when it "
                           "is complete",
                           job.path, job.stamp.bytes, now->bytes)};
}

work_outcome failed_at(std::string_view stage, const error& why,
                       double media_s) {
  work_outcome outcome;
  outcome.outcome = attempt_outcome::failed;
  outcome.why = classify(why.code);
  outcome.stage = stage;
  outcome.message = why.detail;
  outcome.media_s = media_s;
  return outcome;
}

work_outcome called_off(bool hand_back) {
  work_outcome outcome;
  outcome.outcome =
    hand_back ? attempt_outcome::returned : attempt_outcome::cancelled;
  if (!hand_back)
    outcome.why = error_class::cancelled;
  return outcome;
}

} // namespace troupe
