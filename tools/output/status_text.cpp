#include "tools/output/status_text.hpp"

#include "tools/output/admin_text.hpp"
#include "tools/output/broker_text.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/table.hpp"
#include "tools/terminal/units.hpp"

#include <fmt/format.h>

#include <array>

namespace troupe {

namespace {

constexpr std::array<job_state, 8> job_states{
  job_state::scheduled, job_state::ready,      job_state::running,
  job_state::retry,     job_state::done,       job_state::failed,
  job_state::cancelled, job_state::quarantined};

double share_of(const kind_coverage& kind) {
  return kind.entries == 0
           ? 1.0
           : static_cast<double>(kind.done) / static_cast<double>(kind.entries);
}

double oldest_ready_s(const queue_depth& queue, std::int64_t now_us) {
  return queue.oldest_ready_us == 0
           ? 0.0
           : static_cast<double>(now_us - queue.oldest_ready_us) / 1e6;
}

const kind_pace* pace_of(job_kind kind, const status_facts& facts) {
  if (!facts.live)
    return nullptr;
  for (const auto& pace : facts.live->paces)
    if (pace.kind == kind)
      return &pace;
  return nullptr;
}

std::int64_t count_of(const queue_depth& queue, job_state state) {
  return queue.counts[static_cast<std::size_t>(state)];
}

std::int64_t left_in(const queue_depth& queue) {
  return count_of(queue, job_state::scheduled)
         + count_of(queue, job_state::ready)
         + count_of(queue, job_state::running)
         + count_of(queue, job_state::retry);
}

/// The kind of job that covers entries of this kind.
std::optional<job_kind> covering_kind(media_kind kind) {
  switch (kind) {
  case media_kind::audio:
    return job_kind::audio_analyze;
  case media_kind::image:
    return job_kind::image_embed;
  case media_kind::text:
    return job_kind::text_embed;
  default:
    return std::nullopt;
  }
}

/// How long until all entries of a kind are done.
std::optional<double> coverage_eta_s(const kind_coverage& kind,
                                     const library_status& status,
                                     const status_facts& facts) {
  if (kind.pending == 0)
    return 0.0;
  for (const auto& queue : status.queues)
    if (queue.kind == covering_kind(kind.kind))
      return remaining_s(queue, facts);
  return std::nullopt;
}

json queue_json(const queue_depth& queue, const held_state& held,
                const status_facts& facts) {
  const auto now_us = facts.now_us;
  json object;
  object["kind"] = to_string(queue.kind);
  for (const auto state : job_states)
    object[std::string{to_string(state)}] =
      queue.counts[static_cast<std::size_t>(state)];
  object["oldest_ready_s"] = oldest_ready_s(queue, now_us);
  const auto holders = pause_ledger{held.pauses}.holders(queue.kind, now_us);
  object["paused"] = !holders.empty();
  object["paused_by"] = pauses_json(holders);
  if (const auto* pace = pace_of(queue.kind, facts)) {
    object["jobs_per_s"] = pace->jobs_per_s;
    object["media_per_s"] = pace->media_per_s;
    object["usual_s"] = static_cast<double>(pace->usual_ms) / 1e3;
  }
  if (const auto eta_s = remaining_s(queue, facts))
    object["eta_s"] = *eta_s;
  return object;
}

json coverage_json(const kind_coverage& kind, std::optional<double> eta_s) {
  json object{{"kind", to_string(kind.kind)},
              {"entries", kind.entries},
              {"done", kind.done},
              {"share", share_of(kind)},
              {"pending", kind.pending},
              {"failed", kind.failed},
              {"quarantined", kind.quarantined},
              {"missing", kind.missing}};
  // How long pending ones take is known to the process that works on them.
  if (eta_s)
    object["eta_s"] = *eta_s;
  return object;
}

std::string state_of(const pool_status& pool, const held_state& held,
                     std::int64_t now_us) {
  if (!pool.broken.empty())
    return "broken";
  if (pool.slots == 0)
    return "off";
  return pause_ledger{held.pauses}.holders(pool.kind, now_us).empty()
           ? "works"
           : "paused";
}

/// A node's pools as they are. Else those of the configuration: live slots are
/// then known only when no process works on the library, for there are none.
json pools_json(const status_facts& facts) {
  if (facts.live) {
    auto pools = json::array();
    for (const auto& pool : facts.live->pools.pools) {
      auto one = pool_json(pool);
      one["configured"] = pool.slots;
      one["state"] = state_of(pool, facts.live->held, facts.now_us);
      pools.push_back(std::move(one));
    }
    return pools;
  }
  json analyzers{{"name", "analyzers"}, {"configured", facts.analyzers}};
  if (facts.holder.empty())
    analyzers["live"] = 0;
  analyzers["state"] = facts.holder.empty() ? "off" : "held";
  return json::array({std::move(analyzers)});
}

json node_json(const library_status& status, const status_facts& facts) {
  if (facts.holder.empty())
    return nullptr;
  json node{{"held_by", facts.holder}, {"epoch", status.epoch}};
  if (!facts.live)
    return node;
  node["up_s"] = static_cast<double>(facts.now_us - facts.started_us) / 1e6;
  node["shutting_down"] = facts.live->shutting_down;
  node["draining"] = facts.live->draining;
  if (facts.live->draining)
    node["drained_by"] = facts.live->drained_by;
  if (facts.live->work.trouble != errc::none)
    node["trouble"] = facts.live->work.trouble_detail;
  return node;
}

std::string head_text(const library_status& status, const status_facts& facts) {
  auto text =
    fmt::format("library   {} ({}, schema {})\nwriter    {}",
                shown_text(facts.library), format_bytes(status.file_bytes),
                status.schema, facts.holder.empty() ? "nobody" : facts.holder);
  if (facts.live)
    text +=
      fmt::format(", up {}", describe_span(facts.now_us - facts.started_us));
  text += '\n';
  if (facts.live && facts.live->shutting_down)
    text += "ending    no job is claimed any more\n";
  if (facts.live && facts.live->draining)
    text += fmt::format(
      "drained   by {} since {}\n", shown_text(facts.live->drained_by),
      describe_span(facts.now_us - facts.live->drain_since_us));
  if (facts.live && facts.live->work.trouble != errc::none)
    text += fmt::format("trouble   {}\n",
                        shown_text(facts.live->work.trouble_detail));
  return text + held_text(status.held, facts.now_us);
}

std::string queue_text(const queue_depth& queue, const status_facts& facts) {
  auto text = fmt::format("queue {}:", to_string(queue.kind));
  if (queue.oldest_ready_us != 0)
    text += fmt::format(" oldest {},",
                        describe_span(facts.now_us - queue.oldest_ready_us));
  for (const auto state : job_states)
    if (const auto count = count_of(queue, state); count > 0)
      text += fmt::format(" {} {}", count, to_string(state));
  if (const auto* pace = pace_of(queue.kind, facts);
      pace != nullptr && pace->jobs_per_s > 0.0) {
    text += fmt::format("; {:.1f}/s", pace->jobs_per_s);
    if (pace->media_per_s > 0.0)
      text += fmt::format(" ({:.0f} x real time)", pace->media_per_s);
  }
  if (const auto eta_s = remaining_s(queue, facts); eta_s && *eta_s > 0.0)
    text += fmt::format(", {} to go", format_duration(*eta_s));
  return text;
}

} // namespace

std::optional<double> remaining_s(const queue_depth& queue,
                                  const status_facts& facts) {
  const auto left = left_in(queue);
  if (left == 0)
    return 0.0;
  const auto* pace = pace_of(queue.kind, facts);
  if (pace == nullptr || pace->jobs_per_s <= 0.0)
    return std::nullopt;
  const pause_ledger ledger{facts.live->held.pauses};
  if (!ledger.holders(queue.kind, facts.now_us).empty())
    return std::nullopt;
  return static_cast<double>(left) / pace->jobs_per_s;
}

double covered_share(const library_status& status) {
  std::int64_t entries = 0;
  std::int64_t done = 0;
  for (const auto& kind : status.coverage) {
    entries += kind.entries;
    done += kind.done;
  }
  return entries == 0
           ? 1.0
           : static_cast<double>(done) / static_cast<double>(entries);
}

json status_json(const library_status& status, const status_facts& facts) {
  json object;
  object["schema"] = 1;
  json library;
  put_path(library, "path", facts.library);
  library["schema"] = status.schema;
  library["bytes"] = status.file_bytes;
  library["results_accepted"] = status.results_accepted;
  library["audit_rows"] = status.audit_rows;
  object["library"] = std::move(library);
  object["node"] = node_json(status, facts);
  object["coverage"] = json::array();
  for (const auto& kind : status.coverage)
    object["coverage"].push_back(
      coverage_json(kind, coverage_eta_s(kind, status, facts)));
  object["queues"] = json::array();
  for (const auto& queue : status.queues)
    object["queues"].push_back(queue_json(queue, status.held, facts));
  object["pools"] = pools_json(facts);
  if (facts.live)
    object["running"] = running_json(facts.live->work.running);
  object["broker"] = broker_json(facts.broker);
  object["remote_workers"] = json::array();
  object["imports"] = imports_json(status.held, facts.now_us);
  object["pauses"] = pauses_json(status.held.pauses);
  object["failures"] = json::array();
  for (const auto& cause : status.failures)
    object["failures"].push_back({{"kind", to_string(cause.kind)},
                                  {"class", to_string(cause.why)},
                                  {"count", cause.count},
                                  {"sample", cause.sample}});
  return object;
}

std::string status_text(const library_status& status, const status_facts& facts,
                        const terminal_traits& traits) {
  auto text = head_text(status, facts) + '\n';
  table kinds{{{"KIND"},
               {"ENTRIES", true},
               {"DONE", true},
               {"SHARE", true},
               {"PENDING", true},
               {"FAILED", true},
               {"QUARANTINED", true},
               {"MISSING", true}}};
  for (const auto& kind : status.coverage)
    kinds.add({std::string{to_string(kind.kind)},
               fmt::format("{}", kind.entries), fmt::format("{}", kind.done),
               fmt::format("{:.0f} %", 100.0 * share_of(kind)),
               fmt::format("{}", kind.pending), fmt::format("{}", kind.failed),
               fmt::format("{}", kind.quarantined),
               fmt::format("{}", kind.missing)});
  text += kinds.text(traits);
  for (const auto& queue : status.queues)
    text += '\n' + queue_text(queue, facts);
  if (facts.live && !facts.live->pools.pools.empty()) {
    auto pools =
      workers_text({facts.live->pools, facts.live->work.running}, traits);
    pools.pop_back();
    text += (status.queues.empty() ? "\n" : "\n\n") + pools;
  }
  for (const auto& cause : status.failures)
    text += fmt::format("\nfailed: {} x {} {}: {}", cause.count,
                        to_string(cause.kind), to_string(cause.why),
                        shown_text(cause.sample));
  text += '\n';
  if (!facts.broker.server.empty())
    text += broker_text(facts.broker);
  return text;
}

} // namespace troupe
