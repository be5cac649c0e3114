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

json queue_json(const queue_depth& queue, const held_state& held,
                std::int64_t now_us) {
  json object;
  object["kind"] = to_string(queue.kind);
  for (const auto state : job_states)
    object[std::string{to_string(state)}] =
      queue.counts[static_cast<std::size_t>(state)];
  object["oldest_ready_s"] = oldest_ready_s(queue, now_us);
  const auto holders = pause_ledger{held.pauses}.holders(queue.kind, now_us);
  object["paused"] = !holders.empty();
  object["paused_by"] = pauses_json(holders);
  return object;
}

json coverage_json(const kind_coverage& kind) {
  json object{{"kind", to_string(kind.kind)},
              {"entries", kind.entries},
              {"done", kind.done},
              {"share", share_of(kind)},
              {"pending", kind.pending},
              {"failed", kind.failed},
              {"quarantined", kind.quarantined},
              {"missing", kind.missing}};
  // How long pending ones take is known to the process that works on them.
  if (kind.pending == 0)
    object["eta_s"] = 0.0;
  return object;
}

/// The pools by configuration; live slots are known here only when no process
/// works on the library, for then there are none.
json pools_json(const status_facts& facts) {
  json analyzers{{"name", "analyzers"}, {"configured", facts.analyzers}};
  if (facts.holder.empty())
    analyzers["live"] = 0;
  analyzers["state"] = facts.holder.empty() ? "off" : "held";
  return json::array({std::move(analyzers)});
}

} // namespace

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
  object["node"] = nullptr;
  if (!facts.holder.empty())
    object["node"] = {{"held_by", facts.holder}, {"epoch", status.epoch}};
  object["coverage"] = json::array();
  for (const auto& kind : status.coverage)
    object["coverage"].push_back(coverage_json(kind));
  object["queues"] = json::array();
  for (const auto& queue : status.queues)
    object["queues"].push_back(queue_json(queue, status.held, facts.now_us));
  object["pools"] = pools_json(facts);
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
  auto text =
    fmt::format("library   {} ({}, schema {})\nwriter    {}\n\n",
                shown_text(facts.library), format_bytes(status.file_bytes),
                status.schema, facts.holder.empty() ? "nobody" : facts.holder);
  const auto held = held_text(status.held, facts.now_us);
  if (!held.empty())
    text += held + '\n';
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
  for (const auto& queue : status.queues) {
    text += fmt::format("\nqueue {}:", to_string(queue.kind));
    if (queue.oldest_ready_us != 0)
      text += fmt::format(" oldest {},",
                          describe_span(facts.now_us - queue.oldest_ready_us));
    for (const auto state : job_states)
      if (const auto count = queue.counts[static_cast<std::size_t>(state)];
          count > 0)
        text += fmt::format(" {} {}", count, to_string(state));
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
