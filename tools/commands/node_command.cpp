#include "tools/commands/command.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/output/status_text.hpp"
#include "tools/terminal/interruption.hpp"
#include "tools/terminal/shown_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <memory>

namespace troupe {

namespace {

using namespace std::chrono_literals;

result<void> print_ready(troupe_system& system) {
  const auto status = system.status();
  if (!status)
    return status.failure();
  const auto& started = system.started();
  fmt::print("ready pid={} node=- socket=- broker=off requeued={} "
             "quarantined={} coverage={:.0f}%\n",
             getpid(), started.requeued, started.quarantined,
             std::floor(100.0 * covered_share(*status)));
  std::fflush(stdout);
  return {};
}

/// Serves until a signal asks for the end; wakes every four seconds to see
/// whether the core still lives.
int serve(troupe_system& system, std::int64_t grace_ms) {
  for (;;) {
    int signal = await_end_signal();
    switch (system.wait(0ms)) {
    case troupe_system::event::spine_ended:
      report_failure(system.end_why(), "start the node again; nothing that "
                                       "was reported done is lost");
      return exit_code::core_failed;
    case troupe_system::event::found:
      if (!system.found())
        report_failure(system.found().failure());
      break;
    case troupe_system::event::shutdown_wanted:
      signal = SIGTERM;
      break;
    default:
      break;
    }
    if (signal == 0)
      continue;
    const auto drained = system.drain(grace_ms);
    if (!drained)
      return report_failure(drained.failure());
    fmt::print(stderr, "stopped: {} jobs handed back, {} abandoned\n",
               drained->handed_back, drained->abandoned);
    return exit_code::ok;
  }
}

int run_node(const command_context& context,
             const std::vector<std::string>& watched) {
  std::vector<config_flag> flags;
  for (const auto& folder : watched)
    flags.push_back({"node.watch", folder, "--watch"});
  const auto config = effective_config(context.options, std::move(flags));
  if (!config)
    return report_failure(config.failure());
  // Before the first thread starts, so that none of them gets the signal.
  block_end_signals();
  assembly_request request;
  request.access = library_access::write;
  request.role = "node";
  request.with_workers = true;
  request.log_all = true;
  request.watched = config->config.node.watch;
  const auto roots = request.watched;
  auto open = open_assembly(context, *config, std::move(request));
  if (!open)
    return report_failure(open.failure());
  auto& system = open.value()->system();
  tell_named_crashes(system);
  if (const auto ready = print_ready(system); !ready)
    return report_failure(ready.failure());
  if (!roots.empty())
    system.begin_find({roots, false, false, false, import_token()});
  const int code = serve(system, config->config.supervisor.grace_s * 1'000);
  system.exit_code_if_hung(code);
  return code;
}

} // namespace

void add_node_command(CLI::App& app, command_context& context) {
  auto watched = std::make_shared<std::vector<std::string>>();
  auto* command =
    app.add_subcommand("node", "Runs the actors until SIGTERM or SIGINT");
  command
    ->add_option("--watch", *watched, "Index this folder whenever it changes")
    ->type_name("DIR");
  command->footer("Example: troupe node --watch ~/Music");
  command->callback([&context, watched] {
    context.chosen = [&context, watched] {
      return run_node(context, *watched);
    };
  });
}

} // namespace troupe
