#include "tools/output/admin_text.hpp"

#include "domain/text/utf8.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/table.hpp"
#include "tools/terminal/units.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>

namespace troupe {

namespace {

slot_counters sum_of(const pool_status& pool) {
  slot_counters sum;
  for (const auto& x : pool.workers) {
    sum.succeeded += x.succeeded;
    sum.failed += x.failed;
  }
  return sum;
}

} // namespace

// -- what is held -------------------------------------------------------------

json pauses_json(const std::vector<pause>& pauses) {
  auto found = json::array();
  for (const auto& x : pauses) {
    json object{{"target", to_string(x.target)},
                {"owner", to_utf8(x.owner)},
                {"reason", to_utf8(x.reason)},
                {"since_us", x.since_us}};
    if (x.until_us != 0)
      object["until_us"] = x.until_us;
    found.push_back(std::move(object));
  }
  return found;
}

json imports_json(const held_state& held, std::int64_t now_us) {
  auto found = json::array();
  if (holds_intake(held.import, now_us))
    found.push_back({{"token", held.import.token},
                     {"owner", to_utf8(held.import.owner)},
                     {"begun_us", held.import.begun_us},
                     {"until_us", held.import.until_us}});
  return found;
}

std::string held_text(const held_state& held, std::int64_t now_us) {
  std::string text;
  for (const auto& x : held.pauses)
    if (x.until_us == 0 || now_us < x.until_us)
      text += fmt::format("paused    {} by {}\n", to_string(x.target),
                          shown_text(describe_pause(x, now_us)));
  if (holds_intake(held.import, now_us))
    text += fmt::format("import    {} by {} since {}, {} to go\n",
                        held.import.token, shown_text(held.import.owner),
                        describe_span(now_us - held.import.begun_us),
                        describe_span(held.import.until_us - now_us));
  for (const auto& x : held.scales)
    text += fmt::format("saved     {} {}\n", x.pool, x.slots);
  return text;
}

// -- drain --------------------------------------------------------------------

json drain_json(const drain_outcome& outcome) {
  json object{{"schema", 1},
              {"drained", outcome.drained},
              {"left", outcome.left},
              {"handed_back", outcome.handed_back},
              {"cancelled", outcome.cancelled},
              {"held", outcome.held}};
  object["blockers"] = json::array();
  for (const auto& x : outcome.blockers) {
    json blocker{{"id", x.job},
                 {"kind", to_string(x.kind)},
                 {"state", to_string(x.state)}};
    if (!x.path.empty())
      put_path(blocker, "path", x.path);
    if (!x.worker.empty()) {
      blocker["worker"] = x.worker;
      blocker["elapsed_s"] = static_cast<double>(x.elapsed_ms) / 1e3;
    }
    object["blockers"].push_back(std::move(blocker));
  }
  return object;
}

std::string blockers_text(const drain_outcome& outcome,
                          const terminal_traits& traits) {
  table rows{{{"STATE"},
              {"KIND"},
              {"WORKER"},
              {"SINCE", true},
              {"ID"},
              {"FILE", false, true}}};
  for (const auto& x : outcome.blockers)
    rows.add({std::string{to_string(x.state)}, std::string{to_string(x.kind)},
              x.worker,
              x.worker.empty()
                ? ""
                : format_duration(static_cast<double>(x.elapsed_ms) / 1e3),
              x.job, x.path});
  return rows.text(traits);
}

// -- workers ------------------------------------------------------------------

json pool_json(const pool_status& pool) {
  json object{{"name", pool.name},   {"kind", to_string(pool.kind)},
              {"slots", pool.slots}, {"live", pool.live},
              {"stuck", pool.stuck}, {"broken", to_utf8(pool.broken)}};
  const auto put_counters = [](json& to, const slot_counters& x) {
    to["processed"] = x.succeeded + x.failed;
    to["succeeded"] = x.succeeded;
    to["failed"] = x.failed;
  };
  put_counters(object, sum_of(pool));
  object["workers"] = json::array();
  for (const auto& x : pool.workers) {
    json one = json::object();
    put_counters(one, x);
    object["workers"].push_back(std::move(one));
  }
  return object;
}

json running_json(const std::vector<work_in_hand>& running) {
  auto found = json::array();
  for (const auto& x : running) {
    json one{{"worker", x.worker},
             {"id", x.job},
             {"kind", to_string(x.kind)},
             {"elapsed_s", static_cast<double>(x.elapsed_ms) / 1e3}};
    if (x.usual_ms > 0)
      one["usual_s"] = static_cast<double>(x.usual_ms) / 1e3;
    one["media_s"] = x.media_s;
    one["duration_s"] = x.duration_s;
    put_path(one, "path", x.path);
    found.push_back(std::move(one));
  }
  return found;
}

json workers_json(const workers_report& report) {
  json object{{"schema", 1}};
  object["pools"] = json::array();
  for (const auto& pool : report.pools.pools)
    object["pools"].push_back(pool_json(pool));
  object["running"] = running_json(report.running);
  return object;
}

std::string workers_text(const workers_report& report,
                         const terminal_traits& traits) {
  table pools{{{"POOL"},
               {"KIND"},
               {"SLOTS", true},
               {"LIVE", true},
               {"DONE", true},
               {"FAILED", true},
               {"STATE", false, true}}};
  for (const auto& pool : report.pools.pools) {
    const auto sum = sum_of(pool);
    pools.add({pool.name, std::string{to_string(pool.kind)},
               fmt::format("{}", pool.slots), fmt::format("{}", pool.live),
               fmt::format("{}", sum.succeeded), fmt::format("{}", sum.failed),
               pool.broken.empty() ? "works" : pool.broken});
  }
  auto text = pools.text(traits);
  for (const auto& x : report.running) {
    const auto span = [](std::int64_t ms) {
      return format_duration(static_cast<double>(ms) / 1e3);
    };
    auto times = span(x.elapsed_ms);
    if (x.usual_ms > 0)
      times += fmt::format(" of usually {}", span(x.usual_ms));
    text += fmt::format("{}: {}, {}\n", x.worker, times, shown_text(x.path));
  }
  return text;
}

// -- audit --------------------------------------------------------------------

json audit_json(const audit_row& row) {
  return {{"schema", 1},
          {"at_us", row.at_us},
          {"actor", to_utf8(row.actor)},
          {"action", row.action},
          {"target", to_utf8(row.target)},
          {"detail", to_utf8(row.detail)},
          {"affected", row.affected}};
}

std::string audit_text(const audit_rows& rows, const terminal_traits& traits) {
  table shown{{{"WHEN"},
               {"WHO"},
               {"WHAT"},
               {"COUNT", true},
               {"TARGET"},
               {"DETAIL", false, true}}};
  for (const auto& x : rows.rows)
    shown.add({format_time(x.at_us), x.actor, x.action,
               fmt::format("{}", x.affected), x.target, x.detail});
  return shown.text(traits);
}

// -- spans --------------------------------------------------------------------

result<std::int64_t> parse_span_ms(std::string_view word) {
  const error wrong{errc::invalid_argument,
                    fmt::format("{} is no span of time; write 500ms, 90s, "
                                "10m, 2h or 7d",
                                word)};
  std::int64_t count = 0;
  const auto* end = word.data() + word.size();
  const auto read = std::from_chars(word.data(), end, count);
  if (read.ec != std::errc{} || count < 0)
    return wrong;
  const std::string_view unit{read.ptr,
                              static_cast<std::size_t>(end - read.ptr)};
  std::int64_t unit_ms = 0;
  if (unit == "ms")
    unit_ms = 1;
  else if (unit.empty() || unit == "s")
    unit_ms = 1'000;
  else if (unit == "m")
    unit_ms = 60'000;
  else if (unit == "h")
    unit_ms = 3'600'000;
  else if (unit == "d")
    unit_ms = 86'400'000;
  // A hundred years are enough.
  constexpr std::int64_t span_ms_max = 100LL * 366 * 86'400'000;
  if (unit_ms == 0 || count > span_ms_max / unit_ms)
    return wrong;
  return count * unit_ms;
}

result<std::int64_t> parse_since_us(const std::string& word,
                                    std::int64_t now_us) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int read = 0;
  if (std::sscanf(word.c_str(), "%4d-%2u-%2u%n", &year, &month, &day, &read)
      != 3) {
    const auto span_ms = parse_span_ms(word);
    if (!span_ms)
      return error{span_ms.failure().code,
                   fmt::format("{}; or a moment as 2026-05-01T08:30:00Z",
                               span_ms.failure().detail)};
    return now_us - *span_ms * 1'000;
  }
  const error wrong{errc::invalid_argument,
                    fmt::format("{} is no moment; write 2026-05-01 or "
                                "2026-05-01T08:30:00Z (UTC)",
                                word)};
  const std::chrono::year_month_day date{
    std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  auto rest = word.substr(static_cast<std::size_t>(read));
  if (rest.starts_with('T') || rest.starts_with(' ')) {
    const int fields = std::sscanf(rest.c_str() + 1, "%2u:%2u%n:%2u%n", &hour,
                                   &minute, &read, &second, &read);
    if (fields < 2)
      return wrong;
    rest = rest.substr(static_cast<std::size_t>(read) + 1);
  }
  const bool ends = rest.empty() || rest == "Z" || rest == " UTC";
  if (!date.ok() || !ends || hour > 23 || minute > 59 || second > 60)
    return wrong;
  const auto at = std::chrono::sys_days{date} + std::chrono::hours{hour}
                  + std::chrono::minutes{minute} + std::chrono::seconds{second};
  return std::chrono::duration_cast<std::chrono::microseconds>(
           at.time_since_epoch())
    .count();
}

} // namespace troupe
