#include "domain/jobs/why_not_running.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

namespace troupe {

namespace {

constexpr std::array<std::string_view, 20> cause_names{
  "running",       "done",
  "failed",        "cancelled",
  "quarantined",   "not_before",
  "paused",        "scaled_to_nothing",
  "pool_broken",   "no_worker",
  "runs_alone",    "other_runs_alone",
  "memory",        "library_trouble",
  "shutting_down", "behind_others",
  "workers_busy",  "about_to_run",
  "nothing_runs",  "import_hold"};

idle_answer answer(const idle_facts& facts, idle_cause cause,
                   std::string text) {
  return {cause, facts.job.ulid, facts.job.state, std::move(text)};
}

/// A state that says it all; nothing while the job only waits for a worker.
std::optional<idle_answer> by_state(const idle_facts& facts) {
  const auto& job = facts.job;
  const auto since = describe_span(facts.now_us - job.updated_us);
  switch (job.state) {
  case job_state::done:
    return answer(facts, idle_cause::done,
                  fmt::format("it is done since {}", since));
  case job_state::failed:
    return answer(facts, idle_cause::failed,
                  fmt::format("it failed ({}): {}; try it again by: troupe "
                              "jobs retry {}",
                              to_string(job.why), job.message, job.ulid));
  case job_state::cancelled:
    return answer(facts, idle_cause::cancelled,
                  fmt::format("it was cancelled {} ago: {}; run it by: troupe "
                              "jobs retry {}",
                              since, job.message, job.ulid));
  case job_state::quarantined:
    return answer(facts, idle_cause::quarantined,
                  fmt::format("its content is quarantined: {}; let it run "
                              "again by: troupe admin quarantine release {}",
                              job.message, to_hex(job.hash).substr(0, 12)));
  case job_state::running:
    if (!facts.served)
      return answer(facts, idle_cause::nothing_runs,
                    "its process ended; it runs again with the next: troupe "
                    "index PATH, or troupe node");
    return answer(facts, idle_cause::running,
                  fmt::format("it runs since {}, in {}",
                              describe_span(facts.now_us - job.claimed_us),
                              facts.holder));
  case job_state::scheduled:
  case job_state::retry:
    if (job.not_before_us > facts.now_us)
      return answer(
        facts, idle_cause::not_before,
        fmt::format("it waits another {}{}{}",
                    describe_span(job.not_before_us - facts.now_us),
                    job.message.empty() ? "" : " after: ", job.message));
    return std::nullopt;
  case job_state::ready:
    return std::nullopt;
  }
  return std::nullopt;
}

/// What stops every job of its kind.
std::optional<idle_answer> by_kind(const idle_facts& facts) {
  const auto kind = to_string(facts.job.kind);
  const auto holders =
    pause_ledger{facts.held.pauses}.holders(facts.job.kind, facts.now_us);
  if (!holders.empty()) {
    const auto& first = holders.front();
    const bool all = first.target.scope == pause_scope::every_kind;
    return answer(
      facts, idle_cause::paused,
      fmt::format("{} is paused by {}{}; go on by: troupe admin resume{}", kind,
                  describe_pause(first, facts.now_us),
                  holders.size() == 1
                    ? ""
                    : fmt::format(" (and {} more)", holders.size() - 1),
                  all ? "" : fmt::format(" {}", kind)));
  }
  if (!facts.served)
    return answer(facts, idle_cause::nothing_runs,
                  "nothing runs on this library; start: troupe index PATH, or "
                  "troupe node");
  if (facts.shutting_down)
    return answer(facts, idle_cause::shutting_down,
                  fmt::format("{} is ending; the job runs with the next one",
                              facts.holder));
  if (!facts.trouble.empty())
    return answer(
      facts, idle_cause::library_trouble,
      fmt::format("the library cannot be written: {}", facts.trouble));
  if (!facts.pool.present)
    return answer(facts, idle_cause::no_worker,
                  fmt::format("no worker of {} takes {}", facts.holder, kind));
  if (!facts.pool.broken.empty())
    return answer(
      facts, idle_cause::pool_broken,
      fmt::format("the pool for {} is broken: {}", kind, facts.pool.broken));
  if (facts.pool.slots == 0)
    return answer(facts, idle_cause::scaled_to_nothing,
                  fmt::format("the pool for {} is scaled to 0; give it workers "
                              "by: troupe admin scale",
                              kind));
  return std::nullopt;
}

} // namespace

std::string_view to_string(idle_cause cause) noexcept {
  const auto index = static_cast<std::size_t>(cause);
  return index < cause_names.size() ? cause_names[index] : "unknown";
}

idle_answer why_not_running(const idle_facts& facts) {
  if (auto found = by_state(facts))
    return *found;
  if (auto found = by_kind(facts))
    return *found;
  if (facts.job.alone && facts.busy_in_all > 0)
    return answer(facts, idle_cause::runs_alone,
                  fmt::format("it must run alone, because the process ended "
                              "while it ran; {} still run",
                              facts.busy_in_all));
  if (facts.one_runs_alone)
    return answer(facts, idle_cause::other_runs_alone,
                  "another job runs alone; all others wait for it");
  if (facts.job.ahead > 0)
    return answer(facts, idle_cause::behind_others,
                  fmt::format("it is ready, behind {} more urgent or older",
                              facts.job.ahead));
  if (facts.memory_wanted_mib > 0)
    return answer(
      facts, idle_cause::memory,
      fmt::format("it waits for {} MiB of memory", facts.memory_wanted_mib));
  if (facts.pool.busy >= facts.pool.slots)
    return answer(
      facts, idle_cause::workers_busy,
      fmt::format("it is next; all {} workers are busy", facts.pool.slots));
  return answer(facts, idle_cause::about_to_run, "it is about to run");
}

idle_answer why_not_recorded(const std::string& path, const error& why) {
  return {idle_cause::import_hold,
          {},
          job_state::ready,
          fmt::format("{} has no job: {}", path, why.detail)};
}

} // namespace troupe
