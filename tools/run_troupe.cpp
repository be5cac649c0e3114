#include "tools/run_troupe.hpp"

#include "config/config_check.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/exit_code.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace troupe {

namespace {

constexpr const char* program_version = "troupe 0.1.0";

/// The commands that exist, in the groups of CONTRACT.
constexpr const char* overview =
  R"(troupe listens to your music and looks at your pictures once, and remembers it.

  Start  index add
  Ask    list show similar search duplicates playlist
         vectors export
  Make   upscale tag
  Serve  node jobs rpc admin
  Care   doctor config models certs forget

Try: troupe index ~/Music    then: troupe list
More: troupe COMMAND --help, troupe help --all
)";

struct help_options {
  bool all = false;
  std::string command;
};

int show_help(const CLI::App& app, const help_options& options) {
  if (!options.command.empty()) {
    for (const auto* command :
         app.get_subcommands([](const CLI::App*) { return true; }))
      if (command->get_name() == options.command) {
        fmt::print("{}", command->help("troupe"));
        return exit_code::ok;
      }
    return report_failure(
      {errc::invalid_argument,
       fmt::format("help: there is no command {}", options.command)},
      "see them all by: troupe help --all");
  }
  fmt::print("{}", overview);
  if (!options.all)
    return exit_code::ok;
  fmt::print("\nAll commands:\n");
  for (const auto* command :
       app.get_subcommands([](const CLI::App*) { return true; }))
    fmt::print("  {:<9} {}\n", command->get_name(), command->get_description());
  fmt::print("\nEvery command takes: --library FILE, --config FILE, --json, "
             "--jsonl, --no-node,\n  --node HOST:PORT, --cert FILE\n");
  return exit_code::ok;
}

void add_help_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<help_options>();
  auto* command = app.add_subcommand("help", "Explains troupe or a command");
  command->add_flag("--all", options->all, "Name every command");
  command->add_option("COMMAND", options->command, "Explain this one");
  command->footer("Example: troupe help --all");
  // Or a command's name would be taken for the command itself.
  command->fallthrough(false);
  command->callback([&app, &context, options] {
    context.chosen = [&app, options] {
      return show_help(app, *options);
    };
  });
}

void add_global_options(CLI::App& app, global_options& options) {
  app
    .add_option("--library", options.library,
                "The library; else TROUPE_LIBRARY, else the default one")
    ->type_name("FILE");
  app.add_option("--config", options.config, "Settings in TOML or JSON")
    ->type_name("FILE");
  app.add_flag("--json", options.json, "One JSON document instead of text");
  app.add_flag("--jsonl", options.jsonl, "One JSON object a line");
  app.add_flag("--no-node", options.no_node,
               "Never hand a command to the node that holds the library");
  app
    .add_option(
      "--node", options.node,
      "Ask the node at HOST:PORT; else TROUPE_NODE, else the one here")
    ->type_name("HOST:PORT");
  app
    .add_option("--cert", options.certificate,
                "Your certificate for it; else TROUPE_CERT")
    ->type_name("FILE");
  app.set_version_flag("--version", program_version);
}

void add_commands(CLI::App& app, command_context& context) {
  add_index_command(app, context);
  add_add_command(app, context);
  add_list_command(app, context);
  add_show_command(app, context);
  add_similar_command(app, context);
  add_search_command(app, context);
  add_duplicates_command(app, context);
  add_playlist_command(app, context);
  add_vectors_command(app, context);
  add_export_command(app, context);
  add_tag_command(app, context);
  add_analyze_command(app, context);
  add_preprocess_command(app, context);
  add_upscale_command(app, context);
  add_node_command(app, context);
  add_jobs_command(app, context);
  add_admin_command(app, context);
  add_doctor_command(app, context);
  add_rpc_command(app, context);
  add_config_command(app, context);
  add_models_command(app, context);
  add_certs_command(app, context);
  add_forget_command(app, context);
  add_help_command(app, context);
}

/// The help of the deepest subcommand on the command line.
void show_help_of_chosen(const CLI::App& app) {
  const CLI::App* command = &app;
  std::string before;
  while (!command->get_subcommands().empty()) {
    before += (before.empty() ? "" : " ") + command->get_name();
    command = command->get_subcommands().front();
  }
  fmt::print("{}", command->help(before));
}

/// Says what is wrong with the command line, and which word was meant.
int report_usage(const CLI::App& app, const CLI::ParseError& refused) {
  const auto unknown = app.remaining(true);
  if (!app.get_subcommands().empty() || unknown.empty()) {
    fmt::print(stderr, "troupe: {}\nnext: troupe {}--help\n", refused.what(),
               app.get_subcommands().empty()
                 ? ""
                 : app.get_subcommands().front()->get_name() + " ");
    return exit_code::usage;
  }
  std::vector<std::string> commands;
  for (const auto* command :
       app.get_subcommands([](const CLI::App*) { return true; }))
    commands.push_back(command->get_name());
  const auto meant = nearest_word(unknown.front(), commands);
  fmt::print(stderr, "troupe: there is no command {}{}\nnext: {}\n",
             unknown.front(),
             meant.empty() ? "" : "; did you mean " + meant + "?",
             meant.empty() ? "troupe help --all" : "troupe " + meant);
  return exit_code::usage;
}

int parse_and_run(int argc, char** argv, const assembly_overrides& overrides) {
  command_context context;
  context.overrides = overrides;
  CLI::App app{"Analyses music and other media once, and remembers it",
               "troupe"};
  // Global options may stand behind the command as well.
  app.fallthrough();
  add_global_options(app, context.options);
  add_commands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    if (app.get_subcommands().empty())
      return show_help(app, {});
    show_help_of_chosen(app);
    return exit_code::ok;
  } catch (const CLI::ParseError& refused) {
    // CLI11 throws for --version as well.
    if (refused.get_exit_code() == 0)
      return app.exit(refused);
    return report_usage(app, refused);
  }
  if (!context.chosen) {
    fmt::print("{}", overview);
    return exit_code::ok;
  }
  return context.chosen();
}

} // namespace

int run_troupe(int argc, char** argv, const assembly_overrides& overrides) {
  try {
    const int code = parse_and_run(argc, argv, overrides);
    if (std::fflush(stdout) != 0 && code == exit_code::ok) {
      fmt::print(stderr, "troupe: the output could not be written\n");
      return exit_code::failed;
    }
    return code;
  } catch (const std::exception& unexpected) {
    fmt::print(stderr, "troupe: {}\nnext: troupe doctor\n", unexpected.what());
    return exit_code::failed;
  }
}

} // namespace troupe
