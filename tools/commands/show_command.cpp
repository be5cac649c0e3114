#include "tools/commands/command.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/entry_text.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <memory>

namespace troupe {

namespace {

struct show_options {
  std::string word;
  bool vector = false;
};

/// The embedding's components, as JSON or as one line of text.
void print_with_vector(json document, const content_vector& vector) {
  auto values = json::array();
  for (const auto value : vector.values)
    values.push_back(value);
  document["embedding"]["values"] = std::move(values);
  print_json(document);
}

int run_show(const command_context& context, const show_options& options) {
  auto open = open_for_reading(context);
  if (!open)
    return report_failure(open.failure());
  const auto entry = named_entry(*open.value(), options.word);
  if (!entry)
    return report_failure(entry.failure());
  content_vector vector;
  if (options.vector) {
    auto found = open.value()->system().vector_of(entry->content);
    if (!found)
      return report_failure(found.failure());
    vector = std::move(found.value());
  }
  const bool as_json = context.options.json || context.options.jsonl;
  if (as_json && options.vector)
    print_with_vector(entry_json(*entry), vector);
  else if (as_json)
    print_json(entry_json(*entry));
  else
    fmt::print("{}", entry_block(*entry, look_at_terminal(STDOUT_FILENO)));
  if (!as_json && options.vector)
    fmt::print("vector       {}\n", fmt::join(vector.values, " "));
  return exit_code::ok;
}

} // namespace

void add_show_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<show_options>();
  auto* command =
    app.add_subcommand("show", "Shows everything known about one entry");
  command
    ->add_option("FILE|ID", options->word, "A file, an id or a start of one")
    ->required();
  command->add_flag("--vector", options->vector,
                    "Also print the numbers of its embedding");
  command->footer("Example: troupe show ~/Music/song.flac --json");
  command->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_show(context, *options);
    };
  });
}

} // namespace troupe
