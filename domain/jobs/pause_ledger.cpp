#include "domain/jobs/pause_ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe {

namespace {

bool lasts(const pause& held, std::int64_t now_us) noexcept {
  return held.until_us == 0 || now_us < held.until_us;
}

} // namespace

// -- names --------------------------------------------------------------------

std::string_view to_string(const pause_target& target) noexcept {
  switch (target.scope) {
  case pause_scope::every_kind:
    return "all";
  case pause_scope::intake:
    return "intake";
  case pause_scope::one_kind:
    break;
  }
  return to_string(target.kind);
}

std::optional<pause_target> parse_pause_target(std::string_view word) noexcept {
  if (word.empty() || word == "all")
    return pause_target{pause_scope::every_kind, {}};
  if (word == "intake")
    return pause_target{pause_scope::intake, {}};
  if (const auto kind = parse_job_kind(word))
    return pause_target{pause_scope::one_kind, *kind};
  return std::nullopt;
}

// -- changes ------------------------------------------------------------------

bool pause_ledger::add(pause wanted) {
  const auto same =
    std::find_if(pauses_.begin(), pauses_.end(), [&wanted](const pause& x) {
      return x.target == wanted.target && x.owner == wanted.owner;
    });
  if (same == pauses_.end()) {
    pauses_.push_back(std::move(wanted));
    return true;
  }
  wanted.since_us = same->since_us;
  if (*same == wanted)
    return false;
  *same = std::move(wanted);
  return true;
}

int pause_ledger::end(const pause_target& target, std::string_view owner) {
  const bool all = target.scope == pause_scope::every_kind;
  return static_cast<int>(std::erase_if(pauses_, [&](const pause& x) {
    return x.owner == owner && (all || x.target == target);
  }));
}

int pause_ledger::expire(std::int64_t now_us) {
  return static_cast<int>(std::erase_if(
    pauses_, [now_us](const pause& x) { return !lasts(x, now_us); }));
}

// -- questions ----------------------------------------------------------------

std::vector<pause> pause_ledger::holders(job_kind kind,
                                         std::int64_t now_us) const {
  std::vector<pause> found;
  for (const auto& x : pauses_) {
    const bool meant =
      x.target.scope == pause_scope::every_kind
      || (x.target.scope == pause_scope::one_kind && x.target.kind == kind);
    if (meant && lasts(x, now_us))
      found.push_back(x);
  }
  return found;
}

std::vector<pause> pause_ledger::intake_holders(std::int64_t now_us) const {
  std::vector<pause> found;
  for (const auto& x : pauses_)
    if (x.target.scope == pause_scope::intake && lasts(x, now_us))
      found.push_back(x);
  return found;
}

std::int64_t pause_ledger::next_end_us(std::int64_t now_us) const noexcept {
  std::int64_t next = 0;
  for (const auto& x : pauses_)
    if (x.until_us > now_us && (next == 0 || x.until_us < next))
      next = x.until_us;
  return next;
}

// -- for people ---------------------------------------------------------------

std::string describe_pause(const pause& held, std::int64_t now_us) {
  auto text = fmt::format("{} since {}", held.owner,
                          describe_span(now_us - held.since_us));
  if (held.until_us != 0)
    text += fmt::format(", {} to go", describe_span(held.until_us - now_us));
  if (!held.reason.empty())
    text += ": " + held.reason;
  return text;
}

std::string describe_span(std::int64_t span_us) {
  const auto seconds = std::max<std::int64_t>(span_us, 0) / 1'000'000;
  constexpr std::int64_t minute = 60;
  constexpr std::int64_t hour = 60 * minute;
  constexpr std::int64_t day = 24 * hour;
  if (seconds < minute)
    return fmt::format("{} s", seconds);
  if (seconds < hour)
    return fmt::format("{} min", seconds / minute);
  if (seconds < day)
    return fmt::format("{} h {} min", seconds / hour, seconds % hour / minute);
  return fmt::format("{} d {} h", seconds / day, seconds % day / hour);
}

} // namespace troupe
