#include "tools/commands/command.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/output/job_text.hpp"
#include "tools/output/status_text.hpp"
#include "tools/terminal/shown_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

namespace troupe {

namespace {

/// Quarantined contents are rare; the rest is behind the cursor.
constexpr std::int64_t quarantined_shown_max = 1'000;

bool wants_json(const command_context& context) {
  return context.options.json || context.options.jsonl;
}

int run_status(const command_context& context) {
  const auto config = effective_config(context.options);
  if (!config)
    return report_failure(config.failure());
  auto open = open_for_reading(context);
  if (!open)
    return report_failure(open.failure());
  const auto status = open.value()->system().status();
  if (!status)
    return report_failure(status.failure());
  const auto library = library_path(context.options);
  const status_facts facts{library, look_at_machine(library).holder,
                           open.value()->clock().now_us(),
                           analyzer_count(config->config)};
  if (wants_json(context))
    print_json(status_json(*status, facts));
  else
    fmt::print("{}",
               status_text(*status, facts, look_at_terminal(STDOUT_FILENO)));
  return exit_code::ok;
}

int run_check(const command_context& context) {
  auto open = open_for_writing(context, "admin check");
  if (!open)
    return report_failure(open.failure());
  const auto findings = open.value()->system().check();
  if (!findings)
    return report_failure(findings.failure());
  if (wants_json(context))
    print_json({{"schema", 1}, {"findings", findings->findings}});
  else
    for (const auto& finding : findings->findings)
      fmt::print("{}\n", shown_text(finding));
  if (!findings->findings.empty())
    return report_failure(
      {errc::corrupt,
       fmt::format("check: {}: {} findings", library_path(context.options),
                   findings->findings.size())},
      "restore a backup, or move the file away and index again");
  if (!wants_json(context))
    fmt::print("ok: the library is sound\n");
  return exit_code::ok;
}

int run_backup(const command_context& context, const std::string& file) {
  auto open = open_for_writing(context, "admin backup");
  if (!open)
    return report_failure(open.failure());
  const auto done = open.value()->system().backup(file);
  if (!done)
    return report_failure(done.failure());
  if (wants_json(context)) {
    json object{{"schema", 1}};
    put_path(object, "path", file);
    print_json(object);
  } else {
    fmt::print("copied to {}\n", shown_text(file));
  }
  return exit_code::ok;
}

/// Contents that may not run again by themselves, and why.
int run_quarantine_list(const command_context& context) {
  auto open = open_for_reading(context);
  if (!open)
    return report_failure(open.failure());
  job_query query;
  query.state = job_state::quarantined;
  query.limit = quarantined_shown_max;
  const auto page = open.value()->system().jobs(query);
  if (!page)
    return report_failure(page.failure());
  print_jobs(*page, context.options.json, context.options.jsonl,
             "nothing is quarantined");
  return exit_code::ok;
}

int run_reconcile(const command_context& context, bool dry_run) {
  auto open = open_for_writing(context, "admin reconcile");
  if (!open)
    return report_failure(open.failure());
  const auto count = open.value()->system().reconcile(dry_run);
  if (!count)
    return report_failure(count.failure());
  if (wants_json(context))
    print_json({{"schema", 1}, {"queued", *count}, {"dry_run", dry_run}});
  else
    fmt::print("{}queued: {} contents without a result\n",
               dry_run ? "would be " : "", *count);
  return exit_code::ok;
}

void add_quarantine(CLI::App& admin, command_context& context) {
  auto* quarantine = admin.add_subcommand(
    "quarantine", "Contents that killed their decoder twice");
  quarantine->require_subcommand(1);
  quarantine->footer("Example: troupe admin quarantine list");
  auto* list = quarantine->add_subcommand("list", "Names them, and why");
  list->footer("Example: troupe admin quarantine list --json");
  list->callback([&context] {
    context.chosen = [&context] {
      return run_quarantine_list(context);
    };
  });
}

} // namespace

void add_admin_command(CLI::App& app, command_context& context) {
  auto* admin = app.add_subcommand("admin", "Looks after the library");
  admin->require_subcommand(1);
  admin->footer("Example: troupe admin status");
  add_quarantine(*admin, context);
  auto* status = admin->add_subcommand("status", "How the library stands");
  status->footer("Example: troupe admin status --json");
  status->callback([&context] {
    context.chosen = [&context] {
      return run_status(context);
    };
  });
  auto* check = admin->add_subcommand("check", "Verifies the whole library");
  check->footer("Example: troupe admin check");
  check->callback([&context] {
    context.chosen = [&context] {
      return run_check(context);
    };
  });
  auto file = std::make_shared<std::string>();
  auto* backup =
    admin->add_subcommand("backup", "Copies the library while it is in use");
  backup->add_option("FILE", *file, "A file that does not exist")->required();
  backup->footer("Example: troupe admin backup /mnt/usb/library.db");
  backup->callback([&context, file] {
    context.chosen = [&context, file] {
      return run_backup(context, *file);
    };
  });
  auto dry_run = std::make_shared<bool>(false);
  auto* reconcile = admin->add_subcommand(
    "reconcile", "Queues every content that has no result");
  reconcile->add_flag("--dry-run", *dry_run, "Only count them");
  reconcile->footer("Example: troupe admin reconcile --dry-run");
  reconcile->callback([&context, dry_run] {
    context.chosen = [&context, dry_run] {
      return run_reconcile(context, *dry_run);
    };
  });
}

} // namespace troupe
