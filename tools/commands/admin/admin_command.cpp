#include "tools/commands/command.hpp"
#include "tools/output/admin_text.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/output/job_text.hpp"
#include "tools/terminal/shown_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

namespace troupe {

namespace {

/// Quarantined contents are rare; the rest is behind the cursor.
constexpr std::int64_t quarantined_shown_max = 1'000;

bool wants_json(const command_context& context) {
  return context.options.json || context.options.jsonl;
}

int run_check(const command_context& context) {
  auto open = open_for_writing(context, "admin check");
  if (!open)
    return report_failure(open.failure());
  const auto findings = open.value()->system().admin().check(asker());
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
  const auto done = open.value()->system().admin().backup(
    {asker(), std::filesystem::absolute(file).string()});
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
  auto& system = open.value()->system();
  const auto page =
    remote_node(context.options).empty()
      ? system.jobs(query)
      : system.admin().quarantined({asker(), quarantined_shown_max});
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
  const auto count =
    open.value()->system().admin().reconcile({asker(), dry_run});
  if (!count)
    return report_failure(count.failure());
  if (wants_json(context))
    print_json({{"schema", 1}, {"queued", *count}, {"dry_run", dry_run}});
  else
    fmt::print("{}queued: {} contents without a result\n",
               dry_run ? "would be " : "", *count);
  return exit_code::ok;
}

int run_release(const command_context& context, const std::string& hash) {
  auto open = open_for_writing(context, "admin quarantine");
  if (!open)
    return report_failure(open.failure());
  const auto done = open.value()->system().admin().release({asker(), hash});
  if (!done)
    return report_failure(done.failure());
  if (wants_json(context))
    print_json({{"schema", 1},
                {"content_sha256", done->hash},
                {"released", done->released}});
  else if (done->released == 0)
    fmt::print("{}: not in quarantine\n", done->hash);
  else
    fmt::print("{}: released, it runs again\n", done->hash);
  return exit_code::ok;
}

int run_prune(const command_context& context, bool dry_run) {
  auto open = open_for_writing(context, "admin prune");
  if (!open)
    return report_failure(open.failure());
  const auto done = open.value()->system().admin().prune({asker(), dry_run});
  if (!done)
    return report_failure(done.failure());
  if (wants_json(context))
    print_json({{"schema", 1},
                {"jobs", done->jobs},
                {"attempts", done->attempts},
                {"dry_run", dry_run}});
  else
    fmt::print("{}pruned: {} jobs, {} attempts\n", dry_run ? "would be " : "",
               done->jobs, done->attempts);
  return exit_code::ok;
}

int run_audit(const command_context& context, const std::string& since,
              std::int64_t limit) {
  auto open = open_for_reading(context);
  if (!open)
    return report_failure(open.failure());
  audit_request request{asker(), 0, limit};
  if (!since.empty()) {
    const auto from = parse_since_us(since, open.value()->clock().now_us());
    if (!from)
      return report_failure(from.failure());
    request.since_us = *from;
  }
  const auto rows = open.value()->system().admin().audit(request);
  if (!rows)
    return report_failure(rows.failure());
  if (context.options.jsonl)
    for (const auto& row : rows->rows)
      print_json(audit_json(row));
  else if (context.options.json) {
    auto items = json::array();
    for (const auto& row : rows->rows)
      items.push_back(audit_json(row));
    print_json({{"schema", 1}, {"items", items}, {"next", nullptr}});
  } else {
    fmt::print("{}", audit_text(*rows, look_at_terminal(STDOUT_FILENO)));
  }
  return exit_code::ok;
}

int run_shutdown(const command_context& context) {
  const auto library = library_path(context.options);
  const auto elsewhere = remote_node(context.options);
  const auto holder = elsewhere.empty() ? look_at_machine(library).holder
                                        : "the node at " + elsewhere;
  if (holder.empty())
    return report_failure(
      {errc::unreachable, fmt::format("shutdown: no node runs on {}", library)},
      "nothing is to be stopped; start one by: troupe node");
  auto open = open_for_writing(context, "admin shutdown");
  if (!open)
    return report_failure(open.failure());
  auto& system = open.value()->system();
  if (!system.is_elsewhere())
    return report_failure(
      {errc::unreachable,
       fmt::format("shutdown: no node runs on {} any more", library)});
  const auto done = system.admin().shutdown(asker());
  if (!done)
    return report_failure(done.failure());
  fmt::print("asked to end: {}\n", holder);
  return exit_code::ok;
}

void choose(CLI::App* command, command_context& context,
            std::function<int()> action) {
  command->callback(
    [&context, action = std::move(action)] { context.chosen = action; });
}

void add_quarantine(CLI::App& admin, command_context& context) {
  auto* quarantine = admin.add_subcommand(
    "quarantine", "Contents that killed their decoder twice");
  quarantine->require_subcommand(1);
  quarantine->footer("Example: troupe admin quarantine list");
  auto* list = quarantine->add_subcommand("list", "Names them, and why");
  list->footer("Example: troupe admin quarantine list --json");
  choose(list, context, [&context] { return run_quarantine_list(context); });
  auto hash = std::make_shared<std::string>();
  auto* release = quarantine->add_subcommand("release", "Lets one run again");
  release->add_option("HASH", *hash, "SHA-256, or the start of it")->required();
  release->footer("Example: troupe admin quarantine release 3fa2c1");
  choose(release, context,
         [&context, hash] { return run_release(context, *hash); });
}

void add_records(CLI::App& admin, command_context& context) {
  auto dry_run = std::make_shared<bool>(false);
  auto* prune =
    admin.add_subcommand("prune", "Drops jobs older than the retention");
  prune->add_flag("--dry-run", *dry_run, "Only count them");
  prune->footer("Example: troupe admin prune --dry-run");
  choose(prune, context,
         [&context, dry_run] { return run_prune(context, *dry_run); });
  auto since = std::make_shared<std::string>();
  auto limit = std::make_shared<std::int64_t>(100);
  auto* audit = admin.add_subcommand("audit", "Who did what, latest first");
  audit
    ->add_option("--since", *since, "Only what is this young, or from then on")
    ->type_name("SPAN|TIME");
  audit->add_option("--limit", *limit, "At most this many")
    ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}))
    ->capture_default_str();
  audit->footer("Example: troupe admin audit --since 2h");
  choose(audit, context, [&context, since, limit] {
    return run_audit(context, *since, *limit);
  });
  auto* shutdown = admin.add_subcommand("shutdown", "Ends the node");
  shutdown->footer("Example: troupe admin shutdown");
  choose(shutdown, context, [&context] { return run_shutdown(context); });
}

} // namespace

void add_admin_command(CLI::App& app, command_context& context) {
  auto* admin = app.add_subcommand("admin", "Looks after the library");
  admin->require_subcommand(1);
  admin->footer("Example: troupe admin status");
  add_status_command(*admin, context);
  add_quarantine(*admin, context);
  add_hold_commands(*admin, context);
  add_import_command(*admin, context);
  add_records(*admin, context);
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
