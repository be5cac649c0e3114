#include "tools/commands/command.hpp"
#include "tools/output/admin_text.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/output/status_text.hpp"
#include "tools/terminal/full_screen.hpp"
#include "tools/terminal/units.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace troupe {

namespace {

/// A person sees no more pictures a second than this.
constexpr std::int64_t redraw_ms_min = 100;

struct status_options {
  bool watch = false;
  std::string every = "2s";
};

struct full_status {
  library_status library;
  status_facts facts;
};

/// What a status is made of, asked for again and again: a node that goes away
/// is no end, nor is one that comes.
class status_source {
public:
  explicit status_source(const command_context& context) : context_(&context) {}

  result<full_status> look() {
    auto found = look_once();
    if (!found)
      open_.reset();
    return found;
  }

private:
  result<full_status> look_once() {
    const auto config = effective_config(context_->options);
    if (!config)
      return config.failure();
    const auto elsewhere = remote_node(context_->options);
    const auto library =
      elsewhere.empty() ? library_path(context_->options) : elsewhere;
    auto holder = elsewhere.empty() ? look_at_machine(library).holder
                                    : "the node at " + elsewhere;
    // Somebody else works on it now.
    if (holder != std::exchange(holder_, holder))
      open_.reset();
    if (!open_) {
      auto opened = open_for_asking(*context_, "admin status");
      if (!opened)
        return opened.failure();
      open_ = std::move(opened.value());
    }
    full_status found;
    found.facts.library = library;
    found.facts.holder = std::move(holder);
    found.facts.now_us = open_->clock().now_us();
    found.facts.analyzers = analyzer_count(config->config);
    auto& system = open_->system();
    if (!system.is_elsewhere()) {
      auto status = system.status();
      if (!status)
        return status.failure();
      found.library = std::move(status.value());
      return found;
    }
    auto status = system.admin().status(asker());
    if (!status)
      return status.failure();
    found.library = std::move(status->library);
    found.facts.broker = std::move(status->broker);
    found.facts.live = std::move(status->supervision);
    found.facts.now_us = status->now_us;
    found.facts.started_us = status->started_us;
    return found;
  }

  const command_context* context_;
  std::string holder_;
  std::unique_ptr<assembly> open_;
};

int show_once(const command_context& context) {
  status_source source{context};
  const auto found = source.look();
  if (!found)
    return report_failure(found.failure());
  if (context.options.json || context.options.jsonl)
    print_json(status_json(found->library, found->facts));
  else
    fmt::print("{}", status_text(found->library, found->facts,
                                 look_at_terminal(STDOUT_FILENO)));
  return exit_code::ok;
}

std::string page_of(const result<full_status>& found,
                    const terminal_traits& traits) {
  if (!found)
    return fmt::format("{}\n\nq ends this\n", found.failure().detail);
  return fmt::format("{}   q ends this\n{}", format_time(found->facts.now_us),
                     status_text(found->library, found->facts, traits));
}

int watch(const command_context& context, std::chrono::milliseconds every) {
  if (context.options.json || context.options.jsonl
      || !look_at_terminal(STDOUT_FILENO).is_terminal)
    return report_failure(
      {errc::invalid_argument, "status: --watch needs a terminal"},
      "ask again and again by: troupe admin status --json");
  full_screen screen;
  status_source source{context};
  auto found = source.look();
  for (;;) {
    screen.show(page_of(found, look_at_terminal(STDOUT_FILENO)));
    switch (screen.wait(every)) {
    case screen_wish::quit:
      return exit_code::ok;
    case screen_wish::interrupted:
      return exit_code::interrupted;
    case screen_wish::none:
      found = source.look();
      break;
    case screen_wish::resized:
      break;
    }
  }
}

int run_status(const command_context& context, const status_options& options) {
  if (!options.watch)
    return show_once(context);
  const auto every = parse_span_ms(options.every);
  if (!every)
    return report_failure(every.failure());
  return watch(context,
               std::chrono::milliseconds{std::max(*every, redraw_ms_min)});
}

} // namespace

void add_status_command(CLI::App& admin, command_context& context) {
  auto options = std::make_shared<status_options>();
  auto* status = admin.add_subcommand("status", "How the library stands");
  status->add_flag("--watch", options->watch, "Fill the terminal, until q");
  status->add_option("--every", options->every, "Draw this often")
    ->type_name("SPAN")
    ->capture_default_str();
  status->footer("Example: troupe admin status --watch");
  status->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_status(context, *options);
    };
  });
}

} // namespace troupe
