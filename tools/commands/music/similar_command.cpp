#include "domain/search/space_layout.hpp"
#include "tools/commands/command.hpp"
#include "tools/commands/music/asked_item.hpp"
#include "tools/output/entry_figures.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/entry_text.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/output/new_file.hpp"
#include "tools/output/page_picture.hpp"
#include "tools/output/similar_page.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/table.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

namespace troupe {

namespace {

struct similar_options {
  std::string word;
  std::size_t count = 10;
  std::string html;
  bool force = false;
  /// Only contents at or below this folder, and with these words in their tags.
  std::string under;
  std::string tag;
};

/// The kind whose space an item is compared in: that of its entry, else what
/// the file is by its content.
media_kind kind_of(assembly& open, const std::string& word) {
  if (const auto entry = named_entry(open, word))
    return entry->kind;
  const auto real = open.finder().resolve(word);
  if (!real)
    return media_kind::audio;
  const auto file = open.finder().examine({*real, {}});
  return file && *file ? (*file)->kind : media_kind::audio;
}

/// Sharp on screens with two dots a pixel, and some 20 kB each.
constexpr std::uint32_t thumbnail_side = 420;

/// Copies of what was asked are no answer: some more are looked up for them.
constexpr std::uint32_t copies_expected = 8;

/// A folder as the library knows it; as typed when it is gone.
std::string folder_named(assembly& open, const std::string& typed) {
  if (typed.empty())
    return {};
  const auto real = open.finder().resolve(typed);
  return real ? *real : typed;
}

result<std::vector<similar_item>> find_similar(assembly& open,
                                               const std::string& space,
                                               const asked_item& asked,
                                               const similar_options& options) {
  near_query query;
  query.space = space;
  query.vector = asked.vector;
  query.features = asked.features;
  query.count = static_cast<std::uint32_t>(options.count) + copies_expected;
  query.skip = asked.entry.content;
  query.filter = {folder_named(open, options.under), options.tag};
  query.with_vectors = true;
  const auto found = open.system().near(std::move(query));
  if (!found)
    return found.failure();
  const auto blocks = search::blocks_of_space(space, found->asked.size());
  std::vector<similar_item> items;
  for (const auto& near : found->rows) {
    if (items.size() == options.count)
      break;
    auto entry =
      entry_of(open.system(), {0, near.content, asked.entry.kind, near.entry});
    if (!entry)
      return entry.failure();
    if (entry->hash == asked.entry.hash)
      continue;
    items.push_back({std::move(entry.value()), near.cosine, near.proximity,
                     search::shares_of(found->asked, near.vector, blocks)});
  }
  return items;
}

json item_json(const similar_item& item) {
  const auto figures = figures_of(item.entry);
  json object{{"schema", 1}, {"id", item.entry.ulid}};
  object["kind"] = to_string(item.entry.kind);
  if (!item.entry.path.empty())
    put_path(object, "path", item.entry.path);
  object["name"] = entry_name(item.entry);
  object["cosine"] = item.cosine;
  object["proximity"] = item.proximity;
  if (figures.tempo_bpm)
    object["tempo_bpm"] = *figures.tempo_bpm;
  if (!figures.camelot.empty())
    object["camelot"] = figures.camelot;
  for (const auto& one : item.why)
    object["why"][one.name] = {{"share", one.share}, {"cosine", one.cosine}};
  return object;
}

void print_items(const command_context& context,
                 const std::vector<similar_item>& items) {
  if (context.options.jsonl) {
    for (const auto& item : items)
      print_json(item_json(item));
    return;
  }
  if (context.options.json) {
    json list = json::array();
    for (const auto& item : items)
      list.push_back(item_json(item));
    print_json({{"schema", 1}, {"items", list}, {"next", nullptr}});
    return;
  }
  table rows{
    {{"ALIKE", true}, {"BPM", true}, {"KEY"}, {"NAME", false, true}, {"WHY"}}};
  for (const auto& item : items) {
    const auto figures = figures_of(item.entry);
    rows.add(
      {fmt::format("{:.0f} %", 100.0 * std::max(0.0, item.cosine)),
       figures.tempo_bpm ? fmt::format("{:.1f}", *figures.tempo_bpm) : "",
       figures.camelot, entry_name(item.entry), shares_text(item.why)});
  }
  fmt::print("{}", rows.text(look_at_terminal(STDOUT_FILENO)));
}

result<void> write_page(const similar_options& options, const entry_row& asked,
                        const std::vector<similar_item>& items) {
  auto file = begin_file(options.html, options.force);
  if (!file)
    return file.failure();
  if (auto done = file.value()->write(
        similar_page(asked, items, make_page_pictures(thumbnail_side)));
      !done)
    return done;
  return file.value()->finish();
}

int run_similar(const command_context& context,
                const similar_options& options) {
  // A node has the vectors in memory.
  auto open = open_for_asking(context, "similar");
  if (!open)
    return report_failure(open.failure());
  auto& system = open.value()->system();
  const auto space = main_space(system, kind_of(*open.value(), options.word));
  if (!space)
    return report_failure(space.failure());
  const auto asked =
    asked_items(context, *open.value(), {options.word}, *space);
  if (!asked)
    return report_failure(asked.failure());
  const auto items =
    find_similar(*open.value(), *space, asked->front(), options);
  if (!items)
    return report_failure(items.failure());
  if (!options.html.empty()) {
    const auto done = write_page(options, asked->front().entry, *items);
    if (!done)
      return report_failure(done.failure());
    fmt::print(stderr, "written: {}\n", shown_text(options.html));
  }
  if (items->empty())
    fmt::print(stderr, "nothing else of its kind is in the library; add some "
                       "by: troupe index PATH\n");
  if (!items->empty() || context.options.json)
    print_items(context, *items);
  return exit_code::ok;
}

} // namespace

void add_similar_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<similar_options>();
  auto* command = app.add_subcommand(
    "similar", "Finds what is most like a file or an entry, and says why");
  command
    ->add_option("FILE|ID", options->word,
                 "A file, in the library or not, or an id")
    ->required();
  command->add_option("-n,--count", options->count, "At most this many")
    ->check(CLI::Range(1, 10'000))
    ->capture_default_str()
    ->type_name("N");
  command->add_option("--html", options->html, "Also writes a page to look at")
    ->type_name("FILE");
  command->add_option("--under", options->under, "Only at or below this folder")
    ->type_name("PATH");
  command
    ->add_option("--tag", options->tag,
                 "Only with these words in title, artist, album or genre")
    ->type_name("WORDS");
  command->add_flag("--force", options->force, "Replace FILE when it exists");
  command->footer("Example: troupe similar song.flac -n 5 --html like.html");
  command->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_similar(context, *options);
    };
  });
}

} // namespace troupe
