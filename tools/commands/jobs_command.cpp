#include "domain/text/utf8.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/output/job_text.hpp"
#include "tools/output/new_file.hpp"
#include "tools/output/trace_file.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

namespace troupe {

namespace {

struct jobs_options {
  std::string id;
  std::string state;
  std::string kind;
  std::string why;
  std::int64_t limit = 100;
  std::string file;
  bool dry_run = false;
  bool force = false;
};

// -- asking -------------------------------------------------------------------

int run_list(const command_context& context, const jobs_options& options) {
  auto open = open_for_reading(context);
  if (!open)
    return report_failure(open.failure());
  job_query query;
  query.state = parse_job_state(options.state);
  query.kind = parse_job_kind(options.kind);
  query.why = parse_error_class(options.why);
  query.limit = options.limit;
  const auto page = open.value()->system().jobs(query);
  if (!page)
    return report_failure(page.failure());
  print_jobs(*page, context.options.json, context.options.jsonl,
             "no job matches");
  return exit_code::ok;
}

int run_show(const command_context& context, const jobs_options& options) {
  auto open = open_for_reading(context);
  if (!open)
    return report_failure(open.failure());
  const auto details = open.value()->system().job_named(options.id);
  if (!details)
    return report_failure(details.failure());
  if (context.options.json || context.options.jsonl)
    print_json(job_details_json(*details));
  else
    fmt::print("{}", job_block(*details, look_at_terminal(STDOUT_FILENO)));
  return exit_code::ok;
}

int run_why(const command_context& context, const jobs_options& options) {
  auto open = open_for_asking(context, "jobs why");
  if (!open)
    return report_failure(open.failure());
  // An existing FILE wins over an ID (CONTRACT, rule 7).
  const auto real = open.value()->finder().resolve(options.id);
  const auto answer = open.value()->system().admin().why(
    {asker(), real ? real.value() : options.id});
  if (!answer)
    return report_failure(answer.failure());
  if (context.options.json || context.options.jsonl)
    print_json({{"schema", 1},
                {"id", answer->job},
                {"state", to_string(answer->state)},
                {"cause", to_string(answer->cause)},
                {"reason", to_utf8(answer->text)}});
  else
    fmt::print("{}\n", shown_text(answer->text));
  return exit_code::ok;
}

/// Writes what node and library remember of a job's life.
int run_trace(const command_context& context, const jobs_options& options) {
  auto open = open_for_asking(context, "jobs trace");
  if (!open)
    return report_failure(open.failure());
  auto& system = open.value()->system();
  const auto details = system.job_named(options.id);
  if (!details)
    return report_failure(details.failure());
  const auto report = system.admin().trace({asker(), details->job.ulid});
  if (!report)
    return report_failure(report.failure(), "start one by: troupe node");
  auto file = begin_file(options.file, options.force);
  if (!file)
    return report_failure(file.failure());
  const auto text = json_text(chrome_trace(*details, *report));
  if (const auto written = file.value()->write(text + '\n'); !written)
    return report_failure(written.failure());
  if (const auto done = file.value()->finish(); !done)
    return report_failure(done.failure());
  if (context.options.json || context.options.jsonl) {
    json object{{"schema", 1},
                {"id", report->job},
                {"messages", report->messages.size()},
                {"messages_lost", report->lost}};
    put_path(object, "path", options.file);
    print_json(object);
  } else {
    fmt::print("{}: {} messages{}\n", shown_text(options.file),
               report->messages.size(),
               report->lost ? "; older ones are forgotten" : "");
  }
  return exit_code::ok;
}

// -- changing -----------------------------------------------------------------

int run_change(const command_context& context, const jobs_options& options,
               bool retry) {
  const std::string verb_name = retry ? "retry" : "cancel";
  auto open = open_for_writing(context, "jobs " + verb_name);
  if (!open)
    return report_failure(open.failure());
  const job_change_request request{asker(),      options.id,  options.state,
                                   options.kind, options.why, options.dry_run};
  auto& admin = open.value()->system().admin();
  const auto count = retry ? admin.retry(request) : admin.cancel(request);
  if (!count)
    return report_failure(count.failure());
  if (context.options.json || context.options.jsonl)
    print_json({{"schema", 1},
                {"verb", verb_name},
                {"jobs", *count},
                {"dry_run", options.dry_run}});
  else
    fmt::print("{}{}: {} job{}\n", options.dry_run ? "would " : "", verb_name,
               *count, *count == 1 ? "" : "s");
  return exit_code::ok;
}

// -- options ------------------------------------------------------------------

void add_filters(CLI::App& command, jobs_options& options) {
  command.add_option("--state", options.state, "Only jobs in this state")
    ->check(CLI::IsMember({"scheduled", "ready", "running", "retry", "done",
                           "failed", "cancelled", "quarantined"}));
  command.add_option("--kind", options.kind, "Only jobs of this kind")
    ->check(CLI::IsMember({"index", "audio.analyze", "image.embed",
                           "text.embed", "image.upscale"}));
  command.add_option("--class", options.why, "Only jobs with this error class")
    ->check(CLI::IsMember(
      {"transient", "permanent", "crash", "timeout", "resource", "cancelled"}));
}

using jobs_action =
  std::function<int(const command_context&, const jobs_options&)>;

void choose(CLI::App* command, command_context& context,
            const std::shared_ptr<jobs_options>& options, jobs_action action) {
  command->callback([&context, options, action = std::move(action)] {
    context.chosen = [&context, options, action] {
      return action(context, *options);
    };
  });
}

} // namespace

void add_jobs_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<jobs_options>();
  auto* jobs = app.add_subcommand("jobs", "Shows jobs, or changes their state");
  jobs->require_subcommand(0, 1);
  jobs->footer("Example: troupe jobs list --state failed");
  jobs->callback([&context, options, jobs] {
    if (jobs->get_subcommands().empty())
      context.chosen = [&context, options] {
        return run_list(context, *options);
      };
  });
  auto* list = jobs->add_subcommand("list", "Lists jobs, latest change first");
  add_filters(*list, *options);
  list->add_option("--limit", options->limit, "At most this many")
    ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}))
    ->capture_default_str();
  list->footer("Example: troupe jobs list --state failed --class timeout");
  choose(list, context, options, run_list);
  auto* show = jobs->add_subcommand("show", "Shows a job and its attempts");
  show->add_option("ID", options->id, "An id or a start of one")->required();
  show->footer("Example: troupe jobs show 01HZX");
  choose(show, context, options, run_show);
  auto* why = jobs->add_subcommand("why", "Says why a job does not run");
  why->add_option("ID", options->id, "An id, a start of one, or a file")
    ->required();
  why->footer("Example: troupe jobs why 01HZX");
  choose(why, context, options, run_why);
  auto* trace =
    jobs->add_subcommand("trace", "Writes a job's life for a trace viewer");
  trace->add_option("ID", options->id, "An id or a start of one")->required();
  trace->add_option("-o,--output", options->file, "Trace Event Format, JSON")
    ->required()
    ->type_name("FILE");
  trace->add_flag("--force", options->force, "Replace FILE");
  trace->footer("Example: troupe jobs trace 01HZX -o job.json");
  choose(trace, context, options, run_trace);
  for (const bool retries : {true, false}) {
    auto* change = jobs->add_subcommand(
      retries ? "retry" : "cancel",
      retries ? "Has failed jobs run again, attempts at zero"
              : "Cancels jobs that have not ended");
    change->add_option("ID", options->id, "An id or a start of one");
    add_filters(*change, *options);
    change->add_flag("--dry-run", options->dry_run, "Only count them");
    change->footer(retries ? "Example: troupe jobs retry --class timeout"
                           : "Example: troupe jobs cancel 01HZX");
    choose(change, context, options,
           [retries](const command_context& x, const jobs_options& y) {
             return run_change(x, y, retries);
           });
  }
}

} // namespace troupe
