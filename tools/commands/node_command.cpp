#include "io/posix_service_host.hpp"
#include "tools/commands/command.hpp"
#include "tools/node_reload.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/output/status_text.hpp"
#include "tools/terminal/node_signals.hpp"
#include "tools/terminal/shown_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace troupe {

namespace {

using namespace std::chrono_literals;

/// News wakes the node at once; this is only the net below.
constexpr auto look_every = std::chrono::milliseconds{60s};

/// More than what a drain may take besides the grace period: the last commit,
/// and a watchdog that ends what does not come down.
constexpr auto drain_margin = 40s;

/// Every client, file and log needs a descriptor; the limit that a shell sets
/// is low for reasons that do not concern us.
void allow_many_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  constexpr rlim_t enough = 8192;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, enough));
  static_cast<void>(setrlimit(RLIMIT_NOFILE, &limit));
}

/// A node from its ready line to its end.
class serving_node {
public:
  serving_node(assembly& open, loaded_config config,
               std::function<result<loaded_config>()> load)
    : open_(open), config_(std::move(config)), load_(std::move(load)) {}

  result<void> announce() {
    const auto status = open_.system().status();
    if (!status)
      return status.failure();
    const auto& started = open_.system().started();
    summary_ = fmt::format("requeued={} quarantined={} coverage={:.0f}%",
                           started.requeued, started.quarantined,
                           std::floor(100.0 * covered_share(*status)));
    const auto live = open_.system().admin().status(asker());
    const bool brokerless = !live || live->broker.server.empty();
    fmt::print("ready pid={} node={} socket={} broker={} {}\n", getpid(),
               open_.gate().empty() ? "-" : open_.gate(),
               open_.door().empty() ? "-" : shown_text(open_.door()),
               brokerless ? "-" : live->broker.state, summary_);
    std::fflush(stdout);
    host_->ready(summary_);
    return {};
  }

  /// Until a signal asks for the end, or the core ends by itself.
  int serve() {
    for (;;) {
      const auto wish = await_node_signal(look_interval());
      if (const int code = look(); code != exit_code::ok)
        return code;
      if (wish == node_wish::reload)
        reload();
      if (wish == node_wish::end || shutdown_wanted_)
        return drain();
    }
  }

private:
  [[nodiscard]] std::chrono::milliseconds look_interval() const {
    const auto within = host_->beat_within();
    if (within.count() == 0)
      return look_every;
    const auto half =
      std::chrono::duration_cast<std::chrono::milliseconds>(within / 2);
    return std::min(look_every, std::max(half, std::chrono::milliseconds{1}));
  }

  int look() {
    auto& system = open_.system();
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
      fmt::print(stderr, "ending, as {} wants\n",
                 shown_text(system.shutdown_asker()));
      shutdown_wanted_ = true;
      break;
    default:
      break;
    }
    // Only a core that answers earns a beat.
    if (host_->beat_within().count() > 0 && system.pulse())
      host_->beat();
    return exit_code::ok;
  }

  void reload() {
    host_->reloading();
    auto now = load_();
    if (!now) {
      report_failure(now.failure(), "mend it, then send SIGHUP again; until "
                                    "then the node goes on as it is");
    } else {
      fmt::print(stderr, "{}\n",
                 describe_reload(compare_configs(config_, *now)));
      open_.log_from(now->config.log.level);
      grace_s_ = now->config.supervisor.grace_s;
      // Keys that wait for a restart stay as they were, and are told again.
    }
    host_->ready(summary_);
  }

  int drain() {
    const auto grace_ms = grace_s_ * 1'000;
    host_->stopping(std::chrono::milliseconds{grace_ms} + drain_margin);
    open_.withdraw_door();
    const auto drained = open_.system().drain(grace_ms);
    if (!drained)
      return report_failure(drained.failure());
    fmt::print(stderr, "stopped: {} jobs handed back, {} abandoned\n",
               drained->handed_back, drained->abandoned);
    return exit_code::ok;
  }

  assembly& open_;
  loaded_config config_;
  std::function<result<loaded_config>()> load_;
  std::int64_t grace_s_ = config_.config.supervisor.grace_s;
  std::unique_ptr<service_host> host_ =
    io::open_posix_service_host(io::read_service_environment());
  std::string summary_;
  bool shutdown_wanted_ = false;
};

struct node_options {
  std::vector<std::string> watched;
  std::string amqp;
  std::string listen;
};

int run_node(const command_context& context, const node_options& wanted) {
  const auto load = [&context, &wanted] {
    std::vector<config_flag> flags;
    for (const auto& folder : wanted.watched)
      flags.push_back({"node.watch", folder, "--watch"});
    if (!wanted.amqp.empty())
      flags.push_back({"broker.url", wanted.amqp, "--amqp"});
    if (!wanted.listen.empty())
      flags.push_back({"node.listen", wanted.listen, "--listen"});
    return effective_config(context.options, std::move(flags));
  };
  const auto config = load();
  if (!config)
    return report_failure(config.failure());
  // Before the first thread starts, so that none of them gets the signals.
  block_node_signals();
  allow_many_descriptors();
  assembly_request request;
  request.access = library_access::write;
  request.role = "node";
  request.with_workers = true;
  request.with_door = true;
  request.log_all = true;
  request.watched = config->config.node.watch;
  request.on_event = wake_node;
  const auto roots = request.watched;
  auto open = open_assembly(context, *config, std::move(request));
  if (!open)
    return report_failure(open.failure());
  auto& system = open.value()->system();
  tell_named_crashes(system);
  serving_node node{*open.value(), *config, load};
  if (const auto ready = node.announce(); !ready)
    return report_failure(ready.failure());
  if (!roots.empty())
    system.begin_find({roots, false, false, false, 0, import_token()});
  const int code = node.serve();
  system.exit_code_if_hung(code);
  return code;
}

} // namespace

void add_node_command(CLI::App& app, command_context& context) {
  auto wanted = std::make_shared<node_options>();
  auto* command =
    app.add_subcommand("node", "Runs the actors until SIGTERM or SIGINT");
  command
    ->add_option("--watch", wanted->watched,
                 "Index this folder whenever it changes")
    ->type_name("DIR");
  command
    ->add_option("--amqp", wanted->amqp, "Take jobs from this RabbitMQ server")
    ->type_name("URL");
  command
    ->add_option("--listen", wanted->listen,
                 "Let commands of other hosts in here, by certificate")
    ->type_name("HOST:PORT");
  command->footer("Example: troupe node --watch ~/Music");
  command->callback([&context, wanted] {
    context.chosen = [&context, wanted] {
      return run_node(context, *wanted);
    };
  });
}

} // namespace troupe
