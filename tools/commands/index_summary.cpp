#include "tools/commands/index_summary.hpp"

#include "tools/output/exit_code.hpp"
#include "tools/output/job_text.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/units.hpp"

#include <fmt/format.h>

#include <array>

namespace troupe {

namespace {

/// More failures than this are only counted.
constexpr std::size_t failures_shown_max = 20;

struct named_failure {
  std::string path;
  std::string message;
  std::string reason;
};

/// Files that could not be read, then jobs that ended badly.
std::vector<named_failure> all_failures(const index_summary& summary) {
  std::vector<named_failure> found;
  for (const auto& problem : summary.run.found.problems)
    found.push_back({problem.path, problem.why.detail,
                     std::string{to_string(problem.why.code)}});
  for (const auto& job : summary.failures)
    found.push_back({job.path, job.message, std::string{to_string(job.why)}});
  return found;
}

std::int64_t media_of(const find_progress& counts, media_kind kind) {
  return counts.media[static_cast<std::size_t>(kind)];
}

std::int64_t media_total(const find_progress& counts) {
  return media_of(counts, media_kind::audio)
         + media_of(counts, media_kind::image)
         + media_of(counts, media_kind::text);
}

std::int64_t moved_of(const run_outcome& run) {
  return run.found.counts.recorded.entries_moved
         + run.found.swept.entries_moved;
}

bool nothing_done(const index_summary& summary) {
  const auto& run = summary.run;
  return media_total(run.found.counts) == 0 && run.work.total == 0
         && run.found.vanished == 0 && run.found.problems_total == 0;
}

std::string found_lines(const index_summary& summary) {
  const auto& counts = summary.run.found.counts;
  const auto& recorded = counts.recorded;
  std::string text = fmt::format(
    "found: {} ({} audio, {} images, {} text)\n",
    format_count(media_total(counts), "new or changed file",
                 "new or changed files"),
    media_of(counts, media_kind::audio), media_of(counts, media_kind::image),
    media_of(counts, media_kind::text));
  if (summary.dry_run)
    return text
           + fmt::format("unchanged: {}\ndry run: nothing was recorded\n",
                         counts.unchanged);
  text += fmt::format(
    "library: {} new, {} changed, {} moved, {} unchanged, {} missing\n",
    recorded.entries_new, recorded.entries_changed, moved_of(summary.run),
    counts.unchanged + recorded.entries_touched,
    summary.run.found.swept.entries_missing);
  if (summary.pruned)
    text +=
      fmt::format("forgotten: {}\n", summary.run.found.swept.entries_pruned);
  return text;
}

std::string work_line(const run_outcome& run) {
  const auto& work = run.work;
  if (work.total == 0)
    return {};
  auto text = fmt::format("analysed: {} of {}", work.done, work.total);
  if (work.done > 0 && work.media_s > 0.0 && run.elapsed_s > 0.0)
    text += fmt::format(
      " ({} of media in {}, {:.0f} x real time)", format_duration(work.media_s),
      format_duration(run.elapsed_s), work.media_s / run.elapsed_s);
  return text + '\n';
}

std::string failure_lines(const index_summary& summary) {
  const auto count = failures_of(summary);
  if (count == 0)
    return {};
  auto text = fmt::format("failed: {}\n", count);
  const auto failures = all_failures(summary);
  std::size_t shown = 0;
  for (const auto& one : failures) {
    if (shown == failures_shown_max)
      break;
    text += fmt::format("  {}\n",
                        shown_text(path_and_message(one.path, one.message)));
    ++shown;
  }
  if (count > static_cast<std::int64_t>(shown))
    text += fmt::format("  … and {} more: troupe jobs list --state failed\n",
                        count - static_cast<std::int64_t>(shown));
  return text;
}

/// One line for what stays pending: paused, or its pool is scaled to 0 or
/// broken.
std::string waiting_line(job_kind kind, const std::string& count) {
  return fmt::format("waiting: {} ({}); see why by: troupe jobs list --state "
                     "ready\n",
                     to_string(kind), count);
}

std::string waiting_lines(const index_summary& summary) {
  std::string text;
  if (summary.images_waiting > 0)
    text +=
      waiting_line(job_kind::image_embed,
                   format_count(summary.images_waiting, "picture", "pictures"));
  if (summary.texts_waiting > 0)
    text += waiting_line(job_kind::text_embed,
                         format_count(summary.texts_waiting, "text", "texts"));
  return text;
}

/// Only when a decoder hangs: else a user need not know of pools.
std::string stuck_lines(const run_outcome& run) {
  std::string text;
  for (const auto& pool : run.pools.pools)
    if (pool.stuck > 0)
      text +=
        fmt::format("{}: {} of {} slots live; {} in a decoder, "
                    "written off\n",
                    pool.name, pool.live, pool.slots,
                    format_count(pool.stuck, "thread hangs", "threads hang"));
  return text;
}

std::string nothing_line(const index_summary& summary) {
  const auto unchanged = summary.run.found.counts.unchanged;
  if (unchanged == 0)
    return fmt::format("nothing found: {} holds no audio, images or text\n",
                       summary.where);
  auto text = fmt::format("nothing to do: {} unchanged\n",
                          format_count(unchanged, "file", "files"));
  if (summary.failed_before > 0)
    text += fmt::format("failed earlier: {}; see them by: troupe jobs list "
                        "--state failed; try them again by: --retry-failed\n",
                        summary.failed_before);
  return text;
}

} // namespace

// -- interface ----------------------------------------------------------------

std::int64_t failures_of(const index_summary& summary) {
  const auto& work = summary.run.work;
  return work.failed + work.quarantined + summary.run.found.problems_total;
}

int exit_code_of(const index_summary& summary) {
  switch (summary.run.end) {
  case run_end::interrupted:
    return exit_code::interrupted;
  case run_end::not_walked:
    return exit_code_of(summary.run.why.code);
  case run_end::broken_library:
    return summary.run.why.code == errc::unreachable ? exit_code::unreachable
                                                     : exit_code::failed;
  case run_end::broken_pool:
    return exit_code::failed;
  case run_end::idle:
    break;
  }
  const auto failed = failures_of(summary);
  if (summary.pruned && summary.run.found.vanish_refused)
    return exit_code::refused;
  if (failed == 0)
    return exit_code::ok;
  const auto fine = summary.run.work.done + summary.run.found.counts.unchanged;
  return fine > 0 ? exit_code::partly : exit_code::failed;
}

std::string summary_text(const index_summary& summary) {
  if (nothing_done(summary))
    return nothing_line(summary) + waiting_lines(summary);
  return found_lines(summary) + work_line(summary.run) + failure_lines(summary)
         + stuck_lines(summary.run) + waiting_lines(summary);
}

json summary_json(const index_summary& summary) {
  const auto& run = summary.run;
  const auto& counts = run.found.counts;
  json object;
  object["schema"] = 1;
  object["found"] = {{"audio", media_of(counts, media_kind::audio)},
                     {"image", media_of(counts, media_kind::image)},
                     {"text", media_of(counts, media_kind::text)}};
  object["files"] = {
    {"new", counts.recorded.entries_new},
    {"changed", counts.recorded.entries_changed},
    {"moved", moved_of(run)},
    {"unchanged", counts.unchanged + counts.recorded.entries_touched},
    {"missing", run.found.swept.entries_missing},
    {"forgotten", run.found.swept.entries_pruned}};
  object["jobs"] = {{"total", run.work.total},
                    {"done", run.work.done},
                    {"failed", run.work.failed},
                    {"quarantined", run.work.quarantined}};
  object["waiting"] = {{"image.embed", summary.images_waiting},
                       {"text.embed", summary.texts_waiting}};
  object["pools"] = json::array();
  for (const auto& pool : run.pools.pools)
    object["pools"].push_back({{"name", pool.name},
                               {"configured", pool.slots},
                               {"live", pool.live},
                               {"stuck", pool.stuck},
                               {"broken", pool.broken}});
  object["media_s"] = run.work.media_s;
  object["elapsed_s"] = run.elapsed_s;
  object["dry_run"] = summary.dry_run;
  object["failures"] = json::array();
  for (const auto& one : all_failures(summary)) {
    json item;
    put_path(item, "path", one.path);
    item["class"] = one.reason;
    item["message"] = one.message;
    object["failures"].push_back(std::move(item));
  }
  return object;
}

} // namespace troupe
