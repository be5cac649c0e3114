#include "tools/commands/command.hpp"
#include "tools/commands/music/library_vectors.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/output/new_file.hpp"
#include "tools/output/numpy_file.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/table.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>

namespace troupe {

namespace {

struct vectors_options {
  std::string space;
  std::string file;
  std::string ids;
  bool force = false;
};

std::string known_spaces(const vector_spaces& all) {
  std::string text;
  for (const auto& space : all.spaces)
    text += (text.empty() ? "" : ", ") + space.name;
  return text.empty() ? "none yet; make some by: troupe index PATH" : text;
}

int print_spaces(const command_context& context, const vector_spaces& all) {
  if (context.options.json || context.options.jsonl) {
    json items = json::array();
    for (const auto& space : all.spaces)
      items.push_back({{"space", space.name},
                       {"kind", to_string(space.kind)},
                       {"dim", space.dim},
                       {"vectors", space.vectors}});
    print_json({{"schema", 1}, {"items", items}, {"next", nullptr}});
    return exit_code::ok;
  }
  table rows{
    {{"KIND"}, {"VECTORS", true}, {"DIM", true}, {"SPACE", false, true}}};
  for (const auto& space : all.spaces)
    rows.add({std::string{to_string(space.kind)}, std::to_string(space.vectors),
              std::to_string(space.dim), space.name});
  fmt::print("{}", rows.text(look_at_terminal(STDOUT_FILENO)));
  return exit_code::ok;
}

/// One entry id a row, in the order of the rows.
result<std::string> id_lines(troupe_system& system,
                             const library_vectors& all) {
  std::map<entry_id, std::string> ids;
  entry_query query;
  query.limit = 1'000;
  query.with_documents = false;
  do {
    auto page = system.entries(query);
    if (!page)
      return page.failure();
    for (const auto& row : page->rows)
      ids.emplace(row.id, row.ulid);
    query.cursor = page->next;
  } while (!query.cursor.empty());
  std::string lines;
  for (const auto& owner : all.owners) {
    const auto id = ids.find(owner.entry);
    if (id == ids.end())
      return error{errc::refused,
                   "vectors: an entry went away meanwhile; try again"};
    lines += id->second + "\n";
  }
  return lines;
}

/// Both files appear, or neither but for a crash between two renames.
result<void> write_files(const vectors_options& options,
                         const library_vectors& all, const std::string& lines) {
  auto numbers = begin_file(options.file, options.force);
  if (!numbers)
    return numbers.failure();
  auto ids = begin_file(options.ids, options.force);
  if (!ids)
    return ids.failure();
  auto done = append_numpy(*numbers.value(),
                           {static_cast<std::uint32_t>(all.owners.size()),
                            static_cast<std::uint32_t>(all.dim)},
                           std::span<const float>{all.values});
  if (done)
    done = ids.value()->write(lines);
  if (done)
    done = ids.value()->finish();
  return done ? numbers.value()->finish() : done;
}

int run_vectors(const command_context& context,
                const vectors_options& options) {
  auto open = open_for_reading(context);
  if (!open)
    return report_failure(open.failure());
  auto& system = open.value()->system();
  const auto spaces = system.spaces();
  if (!spaces)
    return report_failure(spaces.failure());
  if (options.space.empty())
    return print_spaces(context, *spaces);
  const auto known =
    std::any_of(spaces->spaces.begin(), spaces->spaces.end(),
                [&](const auto& space) { return space.name == options.space; });
  if (!known)
    return report_failure(
      {errc::not_found,
       fmt::format("vectors: no space is called {}; there are: {}",
                   options.space, known_spaces(*spaces))});
  if (options.file.empty() || options.ids.empty())
    return report_failure({errc::invalid_argument,
                           "vectors: name both files: -o v.npy --ids ids.txt"});
  const auto all = load_vectors(system, options.space);
  if (!all)
    return report_failure(all.failure());
  const auto lines = id_lines(system, *all);
  if (!lines)
    return report_failure(lines.failure());
  const auto done = write_files(options, *all, *lines);
  if (!done)
    return report_failure(done.failure());
  if (context.options.json || context.options.jsonl)
    print_json({{"schema", 1},
                {"space", all->space},
                {"rows", all->owners.size()},
                {"dim", all->dim}});
  else
    fmt::print("written: {} vectors of {} numbers to {}, their ids to {}\n",
               all->owners.size(), all->dim, shown_text(options.file),
               shown_text(options.ids));
  return exit_code::ok;
}

} // namespace

void add_vectors_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<vectors_options>();
  auto* command = app.add_subcommand(
    "vectors", "Writes the vectors of a space as a NumPy file");
  command
    ->add_option("--space", options->space,
                 "The space; without it, the spaces are listed")
    ->type_name("S");
  command->add_option("-o,--output", options->file, "Vectors, one a row")
    ->type_name("FILE");
  command->add_option("--ids", options->ids, "Ids of the entries, one a line")
    ->type_name("FILE");
  command->add_flag("--force", options->force, "Replace files that exist");
  command->footer("Example: troupe vectors --space \"$(troupe vectors --json | "
                  "jq -r .items[0].space)\" -o v.npy --ids ids.txt");
  command->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_vectors(context, *options);
    };
  });
}

} // namespace troupe
