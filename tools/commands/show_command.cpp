#include "tools/commands/command.hpp"
#include "tools/commands/music/in_memory.hpp"
#include "tools/commands/music/plot.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/entry_text.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/output/new_file.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

namespace troupe {

namespace {

struct show_options {
  std::string word;
  bool vector = false;
  std::string plot;
  bool force = false;
};

result<void> write_plot(const assembly& open, const entry_row& entry,
                        const show_options& options) {
  // Refused before the file is decoded, not after.
  auto file = begin_file(options.plot, options.force);
  if (!file)
    return file.failure();
  const auto picture = plot_of(open, entry);
  if (!picture)
    return picture.failure();
  if (auto done = file.value()->write(*picture); !done)
    return done;
  return file.value()->finish();
}

/// The library's entry; to be plotted, a file need not be in one.
result<entry_row> shown_entry(const command_context& context,
                              const show_options& options,
                              std::unique_ptr<assembly>& open) {
  auto opened = open_for_reading(context);
  result<entry_row> entry =
    error{opened ? errc::not_found : opened.failure().code,
          opened ? "" : opened.failure().detail};
  if (opened) {
    open = std::move(opened.value());
    entry = named_entry(*open, options.word);
  }
  std::error_code ignored;
  if (entry || options.plot.empty()
      || !std::filesystem::is_regular_file(options.word, ignored))
    return entry;
  auto memory = analyse_in_memory(context, {options.word});
  if (!memory)
    return memory.failure();
  open = std::move(memory.value());
  return analysed_entry(*open, options.word);
}

/// The embedding's components, as JSON or as one line of text.
void print_with_vector(json document, const content_vector& vector) {
  auto values = json::array();
  for (const auto value : vector.values)
    values.push_back(value);
  document["embedding"]["values"] = std::move(values);
  print_json(document);
}

int run_show(const command_context& context, const show_options& options) {
  std::unique_ptr<assembly> open;
  const auto entry = shown_entry(context, options, open);
  if (!entry)
    return report_failure(entry.failure());
  if (!options.plot.empty()) {
    const auto done = write_plot(*open, *entry, options);
    if (!done)
      return report_failure(done.failure());
    fmt::print(stderr, "written: {}\n", shown_text(options.plot));
  }
  content_vector vector;
  if (options.vector) {
    auto found = open->system().vector_of(entry->content);
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
  command
    ->add_option("--plot", options->plot,
                 "Also draw waveform, beats, loudness, chroma and tempo as SVG")
    ->type_name("FILE");
  command->add_flag("--force", options->force, "Replace FILE when it exists");
  command->footer("Example: troupe show ~/Music/song.flac --json");
  command->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_show(context, *options);
    };
  });
}

} // namespace troupe
