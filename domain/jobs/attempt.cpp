#include "domain/jobs/attempt.hpp"

#include "domain/jobs/job_machine.hpp"

#include <fmt/format.h>

#include <cassert>
#include <utility>

namespace troupe {

namespace {

job_event event_of(const claimed_job& job, const work_outcome& outcome,
                   const retry_policy& policy) noexcept {
  switch (outcome.outcome) {
  case attempt_outcome::succeeded:
    return job_event::succeed;
  case attempt_outcome::interrupted:
  case attempt_outcome::returned:
    return job_event::hand_back;
  case attempt_outcome::cancelled:
    return job_event::cancel;
  case attempt_outcome::failed:
    break;
  }
  const bool again =
    is_retryable(outcome.why) && job.attempts_charged + 1 < policy.attempts_max;
  return again ? job_event::fail_for_now : job_event::fail;
}

} // namespace

attempt_end decide_end(const claimed_job& job, work_outcome outcome,
                       const attempt_facts& facts, const retry_policy& policy,
                       double random) {
  const auto event = event_of(job, outcome, policy);
  const auto next = next_state(job_state::running, event);
  assert(next.has_value());
  attempt_end end;
  end.key = job.key;
  end.ulid = job.ulid;
  end.kind = job.kind;
  end.hash = job.hash;
  end.next = *next;
  end.outcome = outcome.outcome;
  end.why = outcome.why;
  end.charged = outcome.outcome == attempt_outcome::failed
                || outcome.outcome == attempt_outcome::succeeded;
  end.interrupted = outcome.outcome == attempt_outcome::interrupted;
  end.alone = job.alone;
  if (event == job_event::fail_for_now)
    end.not_before_us =
      facts.ended_us
      + 1'000 * retry_delay_ms(policy, job.attempts_charged + 1, random);
  end.started_us = facts.started_us;
  end.ended_us = facts.ended_us;
  end.worker = facts.worker;
  end.stage = std::move(outcome.stage);
  end.message = std::move(outcome.message);
  end.output = std::move(outcome.output);
  return end;
}

work_outcome returned_unfinished() {
  work_outcome outcome;
  outcome.outcome = attempt_outcome::returned;
  return outcome;
}

work_outcome worker_died() {
  work_outcome outcome;
  outcome.outcome = attempt_outcome::interrupted;
  outcome.message = "the worker died; nobody is charged";
  return outcome;
}

work_outcome timed_out(const claimed_job& job, double held_s, double media_s) {
  work_outcome outcome;
  outcome.outcome = attempt_outcome::failed;
  outcome.why = error_class::timeout;
  outcome.stage = "decode";
  outcome.media_s = media_s;
  outcome.message = fmt::format(
    "decode: {}: no progress for too long (started {:.0f} s ago, {:.0f} s of "
    "media done); try `troupe jobs retry {}`, or raise [analyzer] timeout_s",
    job.path, held_s, media_s, job.ulid);
  return outcome;
}

error_class classify(errc code) noexcept {
  switch (code) {
  case errc::none:
    return error_class::none;
  case errc::io_failure:
  case errc::locked:
  case errc::unreachable:
  case errc::timeout:
  case errc::internal:
    return error_class::transient;
  case errc::no_space:
  case errc::overloaded:
    return error_class::resource;
  case errc::cancelled:
    return error_class::cancelled;
  default:
    return error_class::permanent;
  }
}

} // namespace troupe
