#include "actors/supervision/admin_questions.hpp"

#include <fmt/format.h>

#include <utility>

namespace troupe {

audit_note note_of(const std::string& asker, std::string action,
                   std::string target, std::string detail) {
  return {asker, std::move(action), std::move(target), std::move(detail)};
}

/// The filter that the words of a request mean.
result<job_filter> filter_of(const job_change_request& x) {
  job_filter filter;
  filter.state = parse_job_state(x.state);
  filter.kind = parse_job_kind(x.kind);
  filter.why = parse_error_class(x.why);
  if ((!x.state.empty() && !filter.state) || (!x.kind.empty() && !filter.kind)
      || (!x.why.empty() && !filter.why))
    return error{errc::invalid_argument,
                 fmt::format("jobs: state '{}', kind '{}' or class '{}' is "
                             "none; see `troupe jobs list --help`",
                             x.state, x.kind, x.why)};
  if (x.id.empty() && !filter.state && !filter.kind && !filter.why)
    return error{errc::invalid_argument,
                 "jobs: name an ID, or --state, --kind or --class"};
  return filter;
}

/// The filter in one line, for the audit.
std::string describe_filter(const job_change_request& x) {
  return fmt::format("{}{}{}{}{}{}", x.state.empty() ? "" : "state=", x.state,
                     x.kind.empty() ? "" : " kind=", x.kind,
                     x.why.empty() ? "" : " class=", x.why);
}

/// What the SUPERVISOR's standing says about one job.
idle_facts facts_of(job_row job, const supervision_status& x) {
  idle_facts facts;
  facts.served = true;
  facts.held = x.held;
  facts.shutting_down = x.shutting_down;
  if (x.work.trouble != errc::none)
    facts.trouble = x.work.trouble_detail;
  for (const auto& pool : x.pools.pools)
    if (pool.kind == job.kind) {
      facts.pool.present = true;
      facts.pool.slots = pool.slots;
      facts.pool.broken = pool.broken;
    }
  for (const auto& held : x.work.running) {
    ++facts.busy_in_all;
    facts.pool.busy += held.kind == job.kind ? 1 : 0;
    facts.one_runs_alone = facts.one_runs_alone || held.alone;
  }
  facts.job = std::move(job);
  return facts;
}

hold_order order_of(const pause_request& x) {
  hold_order order{
    {}, note_of(x.asker, "pause", std::string{to_string(x.target)}, x.reason)};
  order.change.asker = x.asker;
  order.change.target = x.target;
  order.change.reason = x.reason;
  order.change.lasts_ms = x.lasts_ms;
  return order;
}

hold_order order_of(const resume_request& x) {
  hold_order order{{},
                   note_of(x.asker, "resume", std::string{to_string(x.target)},
                           x.owner.empty() ? "" : "owner=" + x.owner)};
  order.change.verb = hold_verb::resume;
  order.change.asker = x.asker;
  order.change.target = x.target;
  order.change.owner = x.owner;
  return order;
}

hold_outcome as_it_is(const hold_outcome& outcome) {
  return outcome;
}

import_lease lease_of(const hold_outcome& outcome) {
  return outcome.held.import;
}

} // namespace troupe
