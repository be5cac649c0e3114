#include "tools/commands/command.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/entry_text.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/shown_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace troupe {

namespace {

int run_forget(const command_context& context, const std::string& word) {
  auto open = open_for_writing(context, "forget");
  if (!open)
    return report_failure(open.failure());
  const auto entry = named_entry(*open.value(), word);
  if (!entry)
    return report_failure(entry.failure());
  const auto done =
    open.value()->system().forget(entry->id, note_of("forget", entry->ulid));
  if (!done)
    return report_failure(done.failure());
  if (context.options.json || context.options.jsonl)
    print_json({{"schema", 1}, {"id", entry->ulid}, {"forgotten", true}});
  else
    fmt::print("forgotten: {} ({}); the file itself is left alone\n",
               shown_text(entry_name(*entry)), entry->ulid);
  return exit_code::ok;
}

} // namespace

void add_forget_command(CLI::App& app, command_context& context) {
  auto word = std::make_shared<std::string>();
  auto* command = app.add_subcommand(
    "forget", "Removes an entry from the library; the file stays");
  command->add_option("FILE|ID", *word, "A file, an id or a start of one")
    ->required();
  command->footer("Example: troupe forget ~/Music/old.mp3");
  command->callback([&context, word] {
    context.chosen = [&context, word] {
      return run_forget(context, *word);
    };
  });
}

} // namespace troupe
