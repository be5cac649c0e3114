#include "tools/commands/command.hpp"
#include "tools/output/admin_text.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/shown_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

// NOLINTNEXTLINE(readability-redundant-declaration): POSIX declares it nowhere.
extern char** environ;

namespace troupe {

namespace {

using namespace std::chrono_literals;

struct import_options {
  std::string token;
  std::string ttl = "10m";
  std::string timeout = "60s";
  std::vector<std::string> command;
};

int show_lease(const command_context& context, const import_lease& lease) {
  if (context.options.json || context.options.jsonl)
    print_json({{"schema", 1},
                {"token", lease.token},
                {"owner", lease.owner},
                {"begun_us", lease.begun_us},
                {"until_us", lease.until_us},
                {"ended", lease.ended_us != 0}});
  else
    fmt::print("{}\n", lease.token);
  return exit_code::ok;
}

int run_begin(const command_context& context, const import_options& options) {
  const auto ttl = parse_span_ms(options.ttl);
  if (!ttl)
    return report_failure(ttl.failure());
  auto open = open_for_writing(context, "admin import");
  if (!open)
    return report_failure(open.failure());
  const auto lease =
    open.value()->system().admin().begin_import({asker(), *ttl});
  return lease ? show_lease(context, *lease) : report_failure(lease.failure());
}

int run_change(const command_context& context, const import_options& options,
               bool extends) {
  const auto ttl = parse_span_ms(options.ttl);
  if (!ttl)
    return report_failure(ttl.failure());
  auto open = open_for_writing(context, "admin import");
  if (!open)
    return report_failure(open.failure());
  auto& admin = open.value()->system().admin();
  const import_change_request request{asker(), options.token, *ttl};
  const auto lease =
    extends ? admin.extend_import(request) : admin.end_import(request);
  return lease ? show_lease(context, *lease) : report_failure(lease.failure());
}

// -- run ----------------------------------------------------------------------

/// Holds intake and waits until no job is left; the lock is free again when it
/// returns. On failure intake is open.
result<import_lease> hold_and_drain(const command_context& context,
                                    std::int64_t ttl_ms,
                                    std::int64_t timeout_ms) {
  auto open = open_for_writing(context, "admin import", true);
  if (!open)
    return open.failure();
  auto& system = open.value()->system();
  auto& admin = system.admin();
  const auto whole_ms = std::min(ttl_ms + timeout_ms, import_ttl_ms_max);
  auto lease = admin.begin_import({asker(), whole_ms});
  if (!lease)
    return lease;
  drain_request request;
  request.asker = asker();
  request.timeout_ms = timeout_ms;
  const auto drained = admin.drain(request);
  if (drained && drained->drained)
    return lease;
  (void)admin.end_import({asker(), lease->token, ttl_ms});
  (void)system.drain(0);
  if (!drained)
    return drained.failure();
  return error{errc::overloaded,
               fmt::format("import: {} jobs are left after the drain, for "
                           "example {}",
                           drained->left,
                           drained->blockers.empty()
                             ? std::string{"none that is named"}
                             : drained->blockers.front().path)};
}

/// Starts the command with the token in its environment.
result<pid_t> start(const std::vector<std::string>& command,
                    const std::string& token) {
  // The child of a process without threads of its own: nothing else sets it.
  ::setenv("TROUPE_IMPORT_TOKEN", token.c_str(), 1);
  std::vector<char*> words;
  for (const auto& word : command)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, words.front(), nullptr, nullptr,
                                  words.data(), environ);
  ::unsetenv("TROUPE_IMPORT_TOKEN");
  if (failed != 0)
    return error{errc::not_found,
                 fmt::format("import: cannot run {}: {}", command.front(),
                             std::strerror(failed))};
  return child;
}

/// Changes the lease while others may hold the lock for a moment.
result<import_lease> change_lease(const command_context& context,
                                  const import_change_request& request,
                                  bool extends, std::chrono::seconds longest) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  for (;;) {
    auto open = open_for_writing(context, "admin import");
    if (open) {
      auto& admin = open.value()->system().admin();
      return extends ? admin.extend_import(request) : admin.end_import(request);
    }
    if (open.failure().code != errc::locked
        || std::chrono::steady_clock::now() >= deadline)
      return open.failure();
    std::this_thread::sleep_for(100ms);
  }
}

/// Waits for the command and keeps the lease alive meanwhile.
int wait_for(pid_t child, const command_context& context,
             const import_change_request& request) {
  const int watched = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  pollfd ended{watched, POLLIN, 0};
  const auto every_ms = static_cast<int>(
    std::clamp<std::int64_t>(request.ttl_ms / 3, 1, 3'600'000));
  while (watched >= 0) {
    const int seen = ::poll(&ended, 1, every_ms);
    if (seen > 0)
      break;
    // Its own commands hold the lock now and then: the next turn does it.
    if (seen == 0)
      (void)change_lease(context, request, true, 1s);
  }
  if (watched >= 0)
    ::close(watched);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run_import(const command_context& context, const import_options& options) {
  const auto ttl = parse_span_ms(options.ttl);
  const auto timeout = parse_span_ms(options.timeout);
  if (!ttl || !timeout)
    return report_failure(ttl ? timeout.failure() : ttl.failure());
  const auto lease = hold_and_drain(context, *ttl, *timeout);
  if (!lease)
    return report_failure(lease.failure());
  const import_change_request request{asker(), lease->token, *ttl};
  // Ctrl-C reaches the command as well; intake is opened after its end.
  std::signal(SIGINT, SIG_IGN);
  const auto child = start(options.command, lease->token);
  const int code = child ? wait_for(*child, context, request)
                         : report_failure(child.failure());
  const auto ended = change_lease(context, request, false, 30s);
  if (!ended) {
    report_failure(ended.failure(), "intake opens by itself when the time of "
                                    "the import is over");
    return code == 0 ? exit_code_of(ended.failure().code) : code;
  }
  return code;
}

// -- registration -------------------------------------------------------------

void add_run(CLI::App& import, command_context& context,
             const std::shared_ptr<import_options>& options) {
  auto* run = import.add_subcommand(
    "run", "Holds intake, drains, runs CMD, whose exit code it returns");
  run->add_option("--ttl", options->ttl, "Open by itself after this")
    ->type_name("SPAN")
    ->capture_default_str();
  run->add_option("--timeout", options->timeout, "Drain at most this long")
    ->type_name("SPAN")
    ->capture_default_str();
  run->add_option("CMD", options->command, "The command and its arguments")
    ->required();
  run->prefix_command();
  run->footer("Example: troupe admin import run -- troupe index ~/New");
  run->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_import(context, *options);
    };
  });
}

} // namespace

void add_import_command(CLI::App& admin, command_context& context) {
  auto options = std::make_shared<import_options>();
  auto* import = admin.add_subcommand(
    "import", "Holds intake for one importer; ends by itself");
  import->require_subcommand(1);
  import->footer("Example: troupe admin import run -- troupe index ~/New");
  for (const bool begins : {true, false}) {
    auto* verb = import->add_subcommand(
      begins ? "begin" : "extend",
      begins ? "Holds intake; prints the token" : "Lets the hold last longer");
    if (!begins)
      verb->add_option("TOKEN", options->token, "As begin printed it")
        ->required();
    verb->add_option("--ttl", options->ttl, "Open by itself after this")
      ->type_name("SPAN")
      ->capture_default_str();
    verb->footer("Example: troupe admin import begin --ttl 10m");
    verb->callback([&context, options, begins] {
      context.chosen = [&context, options, begins] {
        return begins ? run_begin(context, *options)
                      : run_change(context, *options, true);
      };
    });
  }
  auto* end = import->add_subcommand("end", "Opens intake again");
  end->add_option("TOKEN", options->token, "As begin printed it")->required();
  end->footer("Example: troupe admin import end 01HZX");
  end->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_change(context, *options, false);
    };
  });
  add_run(*import, context, options);
}

} // namespace troupe
