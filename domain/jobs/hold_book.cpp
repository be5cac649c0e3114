#include "domain/jobs/hold_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe {

namespace {

constexpr std::int64_t us_per_ms = 1'000;

result<std::int64_t> resume(pause_ledger& ledger, const hold_change& change) {
  const auto& owner = change.owner.empty() ? change.asker : change.owner;
  if (change.target.scope != pause_scope::one_kind)
    return std::int64_t{ledger.end(change.target, owner)};
  for (const auto& x : ledger.pauses())
    if (x.owner == owner && x.target.scope == pause_scope::every_kind)
      return error{errc::refused,
                   fmt::format("resume: {} paused all kinds, not {} alone; "
                               "resume all by: troupe admin resume",
                               owner, to_string(change.target))};
  return std::int64_t{ledger.end(change.target, owner)};
}

result<import_lease> change_import(const import_lease& present,
                                   const hold_change& change,
                                   std::int64_t now_us) {
  const import_request request{change.token, change.asker, change.lasts_ms,
                               now_us};
  switch (change.verb) {
  case hold_verb::import_begin:
    return begin_import(present, request);
  case hold_verb::import_extend:
    return extend_import(present, request);
  default:
    return end_import(present, request);
  }
}

std::int64_t save_scale(std::vector<saved_scale>& scales,
                        const hold_change& change) {
  const saved_scale wanted{change.pool, change.slots};
  const auto same =
    std::find_if(scales.begin(), scales.end(),
                 [&](const saved_scale& x) { return x.pool == wanted.pool; });
  if (same == scales.end()) {
    scales.push_back(wanted);
    return 1;
  }
  return std::exchange(*same, wanted) == wanted ? 0 : 1;
}

/// Applies the change to `held`; replies how much changed.
result<std::int64_t> perform(held_state& held, const hold_change& change,
                             std::int64_t now_us) {
  pause_ledger ledger{std::move(held.pauses)};
  ledger.expire(now_us);
  result<std::int64_t> affected = std::int64_t{0};
  switch (change.verb) {
  case hold_verb::pause: {
    const auto until_us =
      change.lasts_ms == 0 ? 0 : now_us + change.lasts_ms * us_per_ms;
    affected = std::int64_t{
      ledger.add({change.target, change.asker, change.reason, now_us, until_us})
        ? 1
        : 0};
    break;
  }
  case hold_verb::resume:
    affected = resume(ledger, change);
    break;
  case hold_verb::import_begin:
  case hold_verb::import_extend:
  case hold_verb::import_end: {
    auto lease = change_import(held.import, change, now_us);
    if (!lease)
      return lease.failure();
    affected = std::int64_t{*lease == held.import ? 0 : 1};
    held.import = std::move(lease.value());
    break;
  }
  case hold_verb::scale:
    affected = save_scale(held.scales, change);
    break;
  }
  held.pauses = ledger.pauses();
  return affected;
}

} // namespace

result<hold_outcome> apply_hold(held_state present, const hold_change& change,
                                std::int64_t now_us) {
  const auto affected = perform(present, change, now_us);
  if (!affected)
    return affected.failure();
  if (*affected > 0)
    ++present.revision;
  return hold_outcome{*affected, std::move(present)};
}

error why_intake_is_held(const held_state& held, std::string_view token,
                         std::int64_t now_us) {
  const bool imports = holds_intake(held.import, now_us);
  if (imports && token == held.import.token)
    return {errc::none, {}};
  if (imports)
    return {errc::refused,
            fmt::format("intake is held: {} imports since {}; it opens again "
                        "in {} at the latest unless the import goes on",
                        held.import.owner,
                        describe_span(now_us - held.import.begun_us),
                        describe_span(held.import.until_us - now_us))};
  const pause_ledger ledger{held.pauses};
  const auto holders = ledger.intake_holders(now_us);
  if (holders.empty())
    return {errc::none, {}};
  return {errc::refused,
          fmt::format("intake is held by {}; open it by: troupe admin resume "
                      "intake",
                      describe_pause(holders.front(), now_us))};
}

} // namespace troupe
