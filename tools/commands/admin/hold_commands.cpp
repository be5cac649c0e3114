#include "tools/commands/command.hpp"
#include "tools/output/admin_text.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/shown_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

namespace troupe {

namespace {

bool wants_json(const command_context& context) {
  return context.options.json || context.options.jsonl;
}

struct hold_options {
  std::string target;
  std::string reason;
  std::string lasts;
  std::string owner;
  std::string timeout = "60s";
  std::string rest = "wait";
  std::string pool;
  int slots = 0;
  bool hold = false;
  bool save = false;
};

// -- pause and resume ---------------------------------------------------------

int show_hold(const command_context& context, const hold_outcome& outcome,
              std::string_view verb) {
  if (wants_json(context)) {
    print_json({{"schema", 1},
                {"verb", verb},
                {"changed", outcome.affected},
                {"pauses", pauses_json(outcome.held.pauses)}});
    return exit_code::ok;
  }
  if (outcome.affected == 0)
    fmt::print("{}: nothing to do, it is so already\n", verb);
  else
    fmt::print("{}: done\n", verb);
  for (const auto& x : outcome.held.pauses)
    fmt::print("paused: {} by {}{}{}\n", to_string(x.target),
               shown_text(x.owner), x.reason.empty() ? "" : ": ",
               shown_text(x.reason));
  return exit_code::ok;
}

int run_pause(const command_context& context, const hold_options& options) {
  pause_request request{asker(), *parse_pause_target(options.target),
                        options.reason, 0};
  if (!options.lasts.empty()) {
    const auto lasts = parse_span_ms(options.lasts);
    if (!lasts)
      return report_failure(lasts.failure());
    request.lasts_ms = *lasts;
  }
  auto open = open_for_writing(context, "admin pause");
  if (!open)
    return report_failure(open.failure());
  const auto done = open.value()->system().admin().pause(request);
  return done ? show_hold(context, *done, "pause")
              : report_failure(done.failure());
}

int run_resume(const command_context& context, const hold_options& options) {
  auto open = open_for_writing(context, "admin resume");
  if (!open)
    return report_failure(open.failure());
  const auto done = open.value()->system().admin().resume(
    {asker(), *parse_pause_target(options.target), options.owner});
  return done ? show_hold(context, *done, "resume")
              : report_failure(done.failure());
}

// -- drain --------------------------------------------------------------------

int run_drain(const command_context& context, const hold_options& options) {
  const auto timeout = parse_span_ms(options.timeout);
  if (!timeout)
    return report_failure(timeout.failure());
  drain_request request;
  request.asker = asker();
  request.timeout_ms = *timeout;
  request.hold = options.hold;
  if (options.rest != "wait")
    request.on_timeout =
      options.rest == "cancel" ? drain_rest::cancel : drain_rest::requeue;
  auto open = open_for_writing(context, "admin drain", true);
  if (!open)
    return report_failure(open.failure());
  auto& system = open.value()->system();
  const auto done = system.admin().drain(request);
  if (!done)
    return report_failure(done.failure());
  if (wants_json(context))
    print_json(drain_json(*done));
  else if (done->drained)
    fmt::print("drained: no job is left\n");
  else
    fmt::print("{}", blockers_text(*done, look_at_terminal(STDOUT_FILENO)));
  if (!done->drained)
    (void)system.drain(0);
  if (done->drained)
    return exit_code::ok;
  fmt::print(stderr, "troupe: drain: {} jobs are left after {}\n", done->left,
             options.timeout);
  fmt::print(stderr, "next: give it more time by: troupe admin drain --timeout "
                     "10m\n");
  return exit_code::try_again;
}

// -- pools --------------------------------------------------------------------

int run_scale(const command_context& context, const hold_options& options) {
  auto open = open_for_writing(context, "admin scale");
  if (!open)
    return report_failure(open.failure());
  const auto done = open.value()->system().admin().scale(
    {asker(), options.pool, options.slots, options.save});
  if (!done)
    return report_failure(done.failure());
  if (wants_json(context))
    print_json({{"schema", 1},
                {"pool", done->pool},
                {"slots", done->slots},
                {"saved", done->saved}});
  else
    fmt::print("{}: {}{}\n", done->pool, done->slots,
               done->saved ? ", saved for the next start of a node" : "");
  return exit_code::ok;
}

int run_workers(const command_context& context) {
  auto open = open_for_asking(context, "admin workers");
  if (!open)
    return report_failure(open.failure());
  const auto report = open.value()->system().admin().workers(asker());
  if (!report)
    return report_failure(report.failure());
  if (wants_json(context))
    print_json(workers_json(*report));
  else if (report->pools.pools.empty())
    fmt::print("no worker runs here\n");
  else
    fmt::print("{}", workers_text(*report, look_at_terminal(STDOUT_FILENO)));
  return exit_code::ok;
}

// -- registration -------------------------------------------------------------

using hold_action =
  std::function<int(const command_context&, const hold_options&)>;

void choose(CLI::App* command, command_context& context,
            const std::shared_ptr<hold_options>& options, hold_action action) {
  command->callback([&context, options, action = std::move(action)] {
    context.chosen = [&context, options, action] {
      return action(context, *options);
    };
  });
}

void add_target(CLI::App* command, hold_options& options) {
  command->add_option("KIND", options.target, "A kind of job, or intake")
    ->check(CLI::IsMember({"all", "intake", "index", "audio.analyze",
                           "image.embed", "text.embed", "image.upscale"}));
}

void add_drain(CLI::App& admin, command_context& context,
               const std::shared_ptr<hold_options>& options) {
  auto* drain = admin.add_subcommand(
    "drain", "Holds intake until all work is done; exit 75 when it is not");
  drain->add_option("--timeout", options->timeout, "Wait at most this long")
    ->type_name("SPAN")
    ->capture_default_str();
  drain
    ->add_option("--on-timeout", options->rest, "What then becomes of the rest")
    ->check(CLI::IsMember({"wait", "requeue", "cancel"}))
    ->capture_default_str();
  drain->add_flag("--hold", options->hold,
                  "Keep intake held until: admin resume intake");
  drain->footer("Example: troupe admin drain --timeout 10m");
  choose(drain, context, options, run_drain);
}

} // namespace

void add_hold_commands(CLI::App& admin, command_context& context) {
  auto options = std::make_shared<hold_options>();
  auto* pausing =
    admin.add_subcommand("pause", "Stops claims; what runs, ends");
  add_target(pausing, *options);
  pausing->add_option("--reason", options->reason, "For people");
  pausing->add_option("--for", options->lasts, "Go on by itself after this")
    ->type_name("SPAN");
  pausing->footer("Example: troupe admin pause audio.analyze --for 10m");
  choose(pausing, context, options, run_pause);
  auto* resuming = admin.add_subcommand("resume", "Ends your own pauses");
  add_target(resuming, *options);
  resuming->add_option("--owner", options->owner, "End this owner's instead");
  resuming->footer("Example: troupe admin resume audio.analyze");
  choose(resuming, context, options, run_resume);
  add_drain(admin, context, options);
  auto* scale = admin.add_subcommand("scale", "Gives a pool another size");
  scale->add_option("POOL", options->pool, "Which")
    ->required()
    ->check(
      CLI::IsMember({"analyzers", "preprocessors", "embedders", "upscalers"}));
  scale->add_option("N", options->slots, "How many; 0: it gives out no work")
    ->required()
    ->check(CLI::Range(0, scale_slots_max));
  scale->add_flag("--save", options->save, "Also after a restart");
  scale->footer("Example: troupe admin scale analyzers 2 --save");
  choose(scale, context, options, run_scale);
  auto* workers = admin.add_subcommand("workers", "Pools and their workers");
  workers->footer("Example: troupe admin workers --json");
  choose(workers, context, options,
         [](const command_context& x, const hold_options&) {
           return run_workers(x);
         });
}

} // namespace troupe
