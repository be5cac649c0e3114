#include "tools/commands/command.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/entry_text.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

namespace troupe {

namespace {

int run_show(const command_context& context, const std::string& word) {
  auto open = open_for_reading(context);
  if (!open)
    return report_failure(open.failure());
  const auto entry = named_entry(*open.value(), word);
  if (!entry)
    return report_failure(entry.failure());
  if (context.options.json || context.options.jsonl)
    print_json(entry_json(*entry));
  else
    fmt::print("{}", entry_block(*entry, look_at_terminal(STDOUT_FILENO)));
  return exit_code::ok;
}

} // namespace

void add_show_command(CLI::App& app, command_context& context) {
  auto word = std::make_shared<std::string>();
  auto* command =
    app.add_subcommand("show", "Shows everything known about one entry");
  command->add_option("FILE|ID", *word, "A file, an id or a start of one")
    ->required();
  command->footer("Example: troupe show ~/Music/song.flac --json");
  command->callback([&context, word] {
    context.chosen = [&context, word] {
      return run_show(context, *word);
    };
  });
}

} // namespace troupe
