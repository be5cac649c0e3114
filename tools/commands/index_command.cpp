#include "tools/commands/command.hpp"
#include "tools/commands/index_run.hpp"
#include "tools/commands/index_summary.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/interruption.hpp"
#include "tools/terminal/shown_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <memory>

namespace troupe {

namespace {

/// Failures that the summary may name; it counts the rest.
constexpr std::int64_t failures_kept_max = 1'000;

struct index_options {
  std::vector<std::string> paths;
  std::string workers;
  bool dry_run = false;
  bool prune = false;
  bool force = false;
  bool retry_failed = false;
};

/// The first path that does not exist; lstat, so that a dangling link counts
/// as there and is reported by the walk.
std::optional<std::string> absent_path(const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    std::error_code ignored;
    const auto kind = std::filesystem::symlink_status(path, ignored).type();
    if (kind == std::filesystem::file_type::not_found)
      return path;
  }
  return std::nullopt;
}

result<std::unique_ptr<assembly>> open_index(const command_context& context,
                                             const loaded_config& config,
                                             const index_options& options,
                                             progress_line& line) {
  assembly_request request;
  request.access = library_access::write;
  request.role = "index";
  request.may_use_node = true;
  request.with_workers = !options.dry_run;
  request.before_log_line = [&line] {
    line.hide();
  };
  std::error_code ignored;
  // A dry run must not make a library.
  if (options.dry_run
      && !std::filesystem::exists(library_path(context.options), ignored))
    request.access = library_access::memory;
  return open_assembly(context, config, std::move(request));
}

void add_failures(troupe_system& system, job_state state, std::int64_t since_us,
                  std::vector<job_row>& found) {
  job_query query;
  query.state = state;
  query.since_us = since_us;
  query.limit = failures_kept_max;
  auto page = system.jobs(query);
  if (page)
    std::move(page->rows.begin(), page->rows.end(), std::back_inserter(found));
}

/// Completes the summary by what the library tells.
void look_into_library(troupe_system& system, std::int64_t since_us,
                       index_summary& summary) {
  add_failures(system, job_state::failed, since_us, summary.failures);
  add_failures(system, job_state::quarantined, since_us, summary.failures);
  const auto status = system.status();
  if (!status)
    return;
  for (const auto& kind : status->coverage) {
    if (kind.kind == media_kind::image)
      summary.images_waiting = kind.pending;
    if (kind.kind == media_kind::text)
      summary.texts_waiting = kind.pending;
    summary.failed_before += kind.failed + kind.quarantined;
  }
}

/// What a person must know besides the summary, on stderr.
void tell_end(const index_summary& summary) {
  const auto& run = summary.run;
  if (run.found.vanish_refused)
    fmt::print(stderr,
               "{} of {} known files vanished at once: is a disk not mounted? "
               "nothing was marked{}\n",
               run.found.vanished, run.found.known,
               summary.pruned ? "; to forget them all the same: --prune --force"
                              : "");
  switch (run.end) {
  case run_end::interrupted:
    fmt::print(stderr,
               "stopped: {} done and kept, {} waiting; run the same command "
               "to go on\n",
               run.work.done, run.left);
    break;
  case run_end::broken_library:
    report_failure(run.why);
    fmt::print(stderr,
               "stopped: {} done and kept; nothing that was reported done is "
               "lost; run the same command to go on\n",
               run.work.done);
    break;
  case run_end::broken_pool:
    fmt::print(stderr,
               "troupe: the analyzers gave up: {}\nnext: what is left stays "
               "pending; see which file it was by: troupe jobs list, then "
               "run the same command to go on\n",
               shown_text(run.why.detail));
    break;
  case run_end::not_walked:
    report_failure(run.why);
    break;
  case run_end::idle:
    break;
  }
}

int retry_failed(troupe_system& system) {
  job_change_request request;
  request.asker = asker();
  request.state = to_string(job_state::failed);
  const auto count = system.admin().retry(request);
  if (!count)
    return report_failure(count.failure());
  fmt::print(stderr, "trying {} failed jobs again\n", *count);
  return exit_code::ok;
}

int run_walk(const command_context& context, const index_options& options,
             const loaded_config& config, progress_line& line) {
  auto open = open_index(context, config, options, line);
  if (!open)
    return report_failure(open.failure());
  auto& system = open.value()->system();
  tell_named_crashes(system);
  if (system.is_elsewhere() && !options.workers.empty())
    fmt::print(stderr, "the node does the work, with its own workers: "
                       "--workers is left out\n");
  if (options.retry_failed)
    if (const int failed = retry_failed(system); failed != exit_code::ok)
      return failed;
  const auto begun_us = open.value()->clock().now_us();
  index_summary summary;
  summary.dry_run = options.dry_run;
  summary.pruned = options.prune;
  for (const auto& path : options.paths)
    summary.where += (summary.where.empty() ? "" : ", ") + shown_text(path);
  summary.run =
    run_until_idle(*open.value(),
                   find_request{options.paths, options.dry_run, options.prune,
                                options.force, 0, import_token()},
                   line, config.config.supervisor.grace_s * 1'000);
  if (summary.run.end != run_end::not_walked
      && summary.run.end != run_end::broken_library)
    look_into_library(system, begun_us, summary);
  const int code = exit_code_of(summary);
  system.exit_code_if_hung(code);
  if (context.options.json || context.options.jsonl)
    print_json(summary_json(summary));
  else if (summary.run.end != run_end::not_walked)
    fmt::print("{}", summary_text(summary));
  std::fflush(stdout);
  tell_end(summary);
  return code;
}

int run_index(const command_context& context, const index_options& options) {
  if (const auto absent = absent_path(options.paths))
    return report_failure(
      {errc::not_found, fmt::format("index: {} does not exist", *absent)},
      "check the path, then run the same command again");
  std::vector<config_flag> flags;
  if (!options.workers.empty())
    flags.push_back({"analyzer.workers", options.workers, "--workers"});
  const auto config = effective_config(context.options, std::move(flags));
  if (!config)
    return report_failure(config.failure());
  watch_interruptions();
  progress_line line;
  return run_walk(context, options, *config, line);
}

} // namespace

void add_index_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<index_options>();
  auto* command = app.add_subcommand(
    "index", "Finds media under PATH and analyses what is new or changed");
  command->add_option("PATH", options->paths, "Files and folders")->required();
  command
    ->add_option("--workers", options->workers,
                 "ANALYZERs; 0 = the cores this process may use")
    ->type_name("N");
  command->add_flag("--dry-run", options->dry_run,
                    "Only tell what would be new or changed");
  command->add_flag("--prune", options->prune,
                    "Forget entries whose files are gone");
  command->add_flag("--force", options->force,
                    "With --prune: even if half or more are gone");
  command->add_flag("--retry-failed", options->retry_failed,
                    "Try failed jobs again first");
  command->footer("Example: troupe index ~/Music");
  command->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_index(context, *options);
    };
  });
}

} // namespace troupe
