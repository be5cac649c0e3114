#include "tools/output/job_text.hpp"

#include "domain/text/utf8.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/table.hpp"
#include "tools/terminal/units.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace troupe {

json job_json(const job_row& job) {
  json object;
  object["schema"] = 1;
  object["id"] = job.ulid;
  object["kind"] = to_string(job.kind);
  object["state"] = to_string(job.state);
  if (!job.path.empty())
    put_path(object, "path", job.path);
  object["content_sha256"] = to_hex(job.hash);
  object["version"] = job.version;
  object["priority"] = job.priority;
  object["attempts"] = job.attempts_charged;
  object["interruptions"] = job.interruptions;
  object["crashes"] = job.crashes;
  object["alone"] = job.alone;
  object["created_us"] = job.created_us;
  object["updated_us"] = job.updated_us;
  if (job.not_before_us > 0)
    object["not_before_us"] = job.not_before_us;
  if (job.why != error_class::none)
    object["class"] = to_string(job.why);
  if (!job.message.empty())
    object["message"] = to_utf8(job.message);
  return object;
}

json job_details_json(const job_details& details) {
  auto object = job_json(details.job);
  object["history"] = json::array();
  for (const auto& attempt : details.attempts)
    object["history"].push_back({{"number", attempt.number},
                                 {"claim", attempt.claim},
                                 {"worker", attempt.worker},
                                 {"started_us", attempt.started_us},
                                 {"ended_us", attempt.ended_us},
                                 {"outcome", to_string(attempt.outcome)},
                                 {"class", to_string(attempt.why)},
                                 {"stage", attempt.stage},
                                 {"message", to_utf8(attempt.message)}});
  return object;
}

std::string job_table(const std::vector<job_row>& jobs,
                      const terminal_traits& traits) {
  table rows{{{"STATE"},
              {"KIND"},
              {"CLASS"},
              {"TRIES", true},
              {"ID"},
              {"FILE AND REASON", false, true}}};
  for (const auto& job : jobs) {
    const bool bad =
      job.state == job_state::failed || job.state == job_state::quarantined;
    rows.add(
      {std::string{to_string(job.state)}, std::string{to_string(job.kind)},
       job.why == error_class::none ? "" : std::string{to_string(job.why)},
       fmt::format("{}", job.attempts_charged), job.ulid,
       path_and_message(job.path, job.message)},
      bad ? tone::bad : tone::plain);
  }
  return rows.text(traits);
}

std::string path_and_message(const std::string& path,
                             const std::string& message) {
  if (message.empty() || path.empty())
    return path + message;
  if (message.find(path) != std::string::npos)
    return message;
  // Decoders know a file by its name alone.
  const auto name = path.substr(path.rfind('/') + 1);
  if (message.starts_with(name + ": "))
    return path + message.substr(name.size());
  return path + ": " + message;
}

void print_jobs(const job_page& page, bool as_document, bool as_lines,
                std::string_view none) {
  if (as_lines) {
    for (const auto& row : page.rows)
      print_json(job_json(row));
    return;
  }
  if (as_document) {
    auto items = json::array();
    for (const auto& row : page.rows)
      items.push_back(job_json(row));
    print_json({{"schema", 1},
                {"items", items},
                {"next", page.next.empty() ? json() : json(page.next)}});
    return;
  }
  if (page.rows.empty()) {
    fmt::print(stderr, "{}\n", none);
    return;
  }
  fmt::print("{}", job_table(page.rows, look_at_terminal(STDOUT_FILENO)));
  if (!page.next.empty())
    fmt::print(stderr, "… and more; see them by: --limit N\n");
}

std::string job_block(const job_details& details,
                      const terminal_traits& traits) {
  const auto& job = details.job;
  auto text = fmt::format(
    "id        {}\nkind      {}\nstate     {}\nfile      {}\nattempts  {} "
    "charged, {} interrupted\n",
    job.ulid, to_string(job.kind), to_string(job.state), shown_text(job.path),
    job.attempts_charged, job.interruptions);
  if (!job.message.empty())
    text += fmt::format("reason    {}: {}\n", to_string(job.why),
                        shown_text(job.message));
  if (details.attempts.empty())
    return text;
  table rows{{{"TRY", true},
              {"STARTED"},
              {"TOOK", true},
              {"WORKER"},
              {"OUTCOME"},
              {"STAGE"},
              {"MESSAGE", false, true}}};
  for (const auto& attempt : details.attempts)
    rows.add(
      {fmt::format("{}", attempt.number), format_time(attempt.started_us),
       format_duration(
         static_cast<double>(attempt.ended_us - attempt.started_us) / 1e6),
       attempt.worker, std::string{to_string(attempt.outcome)}, attempt.stage,
       attempt.message});
  return text + '\n' + rows.text(traits);
}

} // namespace troupe
