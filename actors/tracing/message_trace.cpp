#include "actors/tracing/message_trace.hpp"

#include <caf/actor_system.hpp>
#include <caf/atom.hpp>
#include <caf/detail/pretty_type_name.hpp>
#include <caf/uniform_type_info_map.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <typeinfo>
#include <vector>

namespace troupe {

namespace {

std::string name_of(std::uint64_t number, std::uint64_t detail,
                    const caf::actor_system& system) {
  std::string found = "message";
  if (number == caf::type_nr<caf::atom_value>::value) {
    found = caf::to_string(static_cast<caf::atom_value>(detail));
  } else if (number != 0) {
    found =
      system.types().portable_name(static_cast<std::uint16_t>(number), nullptr);
  } else if (detail != 0) {
    found = caf::detail::pretty_type_name(
      *std::bit_cast<const std::type_info*>(detail));
  }
  if (found.starts_with("troupe::"))
    found.erase(0, 8);
  return found;
}

/// How the counter stood at a moment not before its machine was started.
std::uint64_t ticks_at(std::int64_t utc_ns, const tick_counter& ticks) {
  constexpr std::uint64_t span_ticks = 1'000'000'000;
  const auto now = ticks.ticks();
  const auto now_ns = ticks.utc_ns(now);
  const auto span_ns = now_ns - ticks.utc_ns(now - span_ticks);
  if (span_ns <= 0 || utc_ns >= now_ns)
    return now;
  const auto ago = static_cast<double>(now_ns - utc_ns)
                   * static_cast<double>(span_ticks)
                   / static_cast<double>(span_ns);
  const auto ago_ticks = static_cast<std::uint64_t>(ago);
  return ago_ticks < now ? now - ago_ticks : 0;
}

} // namespace

std::shared_ptr<message_ring> message_trace::enrol(std::uint64_t actor_id,
                                                   const char* actor_name) {
  auto ring = std::make_shared<message_ring>(*ticks_);
  const std::lock_guard guard{mutex_};
  if (members_.size() >= members_max) {
    const auto dead =
      std::find_if(members_.begin(), members_.end(),
                   [](const member& x) { return x.ring.use_count() == 1; });
    if (dead != members_.end())
      members_.erase(dead);
  }
  members_.push_back(
    {actor_id, fmt::format("{}#{}", actor_name, actor_id), ring});
  return ring;
}

trace_report message_trace::of(const job_row& job,
                               const caf::actor_system& system) const {
  trace_report report;
  report.job = job.ulid;
  const auto since = ticks_at(job.created_us * 1'000, *ticks_);
  const std::lock_guard guard{mutex_};
  for (const auto& known : members_) {
    std::vector<ring_record> found;
    report.lost = !known.ring->collect(job.id, since, found) || report.lost;
    for (const auto& x : found) {
      auto sender = x.sender == nullptr
                      ? std::string{}
                      : fmt::format("{}#{}", x.sender, x.sender_id);
      report.messages.push_back(
        {std::move(sender), known.name,
         name_of(x.type_number, x.type_detail, system),
         static_cast<std::int64_t>(x.depth), ticks_->utc_ns(x.sent),
         ticks_->utc_ns(x.begun), ticks_->utc_ns(x.ended)});
    }
  }
  std::sort(report.messages.begin(), report.messages.end(),
            [](const traced_message& a, const traced_message& b) {
              return a.begun_ns < b.begun_ns;
            });
  return report;
}

} // namespace troupe
