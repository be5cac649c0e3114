#include "domain/text/utf8.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/exit_code.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace troupe {

namespace {

int run_add(const command_context& context, text_entry entry) {
  if (entry.text.empty() || to_utf8(entry.text) != entry.text)
    return report_failure({errc::invalid_argument,
                           "add: --text must be UTF-8 text that is not empty"});
  auto hash = hash_text(entry.text);
  if (!hash)
    return report_failure(hash.failure());
  entry.hash = *hash;
  auto open = open_for_writing(context, "add");
  if (!open)
    return report_failure(open.failure());
  const auto id =
    open.value()->system().add_text(std::move(entry), import_token());
  if (!id)
    return report_failure(id.failure());
  if (context.options.json || context.options.jsonl)
    print_json({{"schema", 1}, {"id", *id}, {"state", "pending"}});
  else
    fmt::print("{}\n", *id);
  return exit_code::ok;
}

} // namespace

void add_add_command(CLI::App& app, command_context& context) {
  auto entry = std::make_shared<text_entry>();
  auto* command =
    app.add_subcommand("add", "Stores a text entry and returns at once");
  command->add_option("--text", entry->text, "The text, UTF-8")->required();
  command->add_option("--title", entry->title, "A title for people");
  command->add_option("--id", entry->key,
                      "Your own key; the same key and text is the same entry");
  command->footer("Example: troupe add --text \"slow, warm, late at night\" "
                  "--title mood --id mood-1");
  command->callback([&context, entry] {
    context.chosen = [&context, entry] {
      return run_add(context, *entry);
    };
  });
}

} // namespace troupe
