#include "domain/jobs/job_machine.hpp"

#include <array>

namespace troupe {

namespace {

struct transition {
  job_state from;
  job_event event;
  job_state to;
};

constexpr std::array<transition, 19> transitions{{
  {job_state::scheduled, job_event::due, job_state::ready},
  {job_state::scheduled, job_event::cancel, job_state::cancelled},
  {job_state::scheduled, job_event::retry, job_state::ready},
  {job_state::ready, job_event::claim, job_state::running},
  {job_state::ready, job_event::cancel, job_state::cancelled},
  {job_state::running, job_event::succeed, job_state::done},
  {job_state::running, job_event::fail_for_now, job_state::retry},
  {job_state::running, job_event::fail, job_state::failed},
  {job_state::running, job_event::hand_back, job_state::ready},
  {job_state::running, job_event::cancel, job_state::cancelled},
  {job_state::running, job_event::quarantine, job_state::quarantined},
  {job_state::retry, job_event::due, job_state::ready},
  {job_state::retry, job_event::cancel, job_state::cancelled},
  {job_state::retry, job_event::retry, job_state::ready},
  {job_state::failed, job_event::retry, job_state::ready},
  {job_state::cancelled, job_event::retry, job_state::ready},
  {job_state::quarantined, job_event::release, job_state::ready},
  {job_state::quarantined, job_event::cancel, job_state::cancelled},
  {job_state::ready, job_event::quarantine, job_state::quarantined},
}};

} // namespace

std::optional<job_state> next_state(job_state from, job_event event) noexcept {
  for (const auto& entry : transitions)
    if (entry.from == from && entry.event == event)
      return entry.to;
  return std::nullopt;
}

} // namespace troupe
