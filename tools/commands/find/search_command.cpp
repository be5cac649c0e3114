#include "domain/search/fusion.hpp"
#include "domain/text/text_embedding.hpp"
#include "domain/text/text_features.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/entry_text.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/table.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <map>
#include <memory>

namespace troupe {

namespace {

struct search_options {
  std::string text;
  std::size_t count = 10;
};

/// Rows of each list that are joined.
constexpr std::int64_t list_rows = 100;

/// Below this two texts have no more in common than chance gives: among 256
/// numbers it has a deviation of 1/16.
constexpr double meaning_least = 0.2;

/// In the order of the lists.
constexpr std::array<const char*, 3> list_names{"name", "words", "meaning"};

struct search_item {
  entry_row entry;
  search::fused_item rank;
  std::string excerpt;
};

std::vector<std::int64_t> ids_of(const std::vector<word_match>& matches) {
  std::vector<std::int64_t> ids;
  for (const auto& match : matches)
    ids.push_back(static_cast<std::int64_t>(match.content));
  return ids;
}

/// Contents of texts that mean the like, the nearest first.
result<std::vector<std::int64_t>> like_in_meaning(troupe_system& system,
                                                  const std::string& text) {
  std::vector<std::int64_t> ids;
  near_query query;
  query.space = text::text_space;
  query.features = text::features_of(text);
  query.count = static_cast<std::uint32_t>(list_rows);
  if (query.features.empty())
    return ids;
  const auto found = system.near(std::move(query));
  if (!found)
    return found.failure();
  for (const auto& near : found->rows)
    if (near.cosine >= meaning_least)
      ids.push_back(static_cast<std::int64_t>(near.content));
  return ids;
}

result<std::vector<search_item>> find_items(troupe_system& system,
                                            const search_options& options) {
  const auto words = system.find_words({options.text, list_rows});
  if (!words)
    return words.failure();
  auto meaning = like_in_meaning(system, options.text);
  if (!meaning)
    return meaning.failure();
  const std::array lists{ids_of(words->by_name), ids_of(words->by_body),
                         std::move(meaning.value())};
  std::map<content_id, std::string> excerpts;
  for (const auto& match : words->by_body)
    excerpts.emplace(match.content, match.excerpt);
  std::vector<search_item> items;
  for (const auto& rank : search::fuse(lists)) {
    const content_id content{rank.id};
    auto copies = system.entries_of(content);
    if (!copies)
      return copies.failure();
    for (auto& entry : copies->rows) {
      if (items.size() == options.count)
        return items;
      if (entry.state != entry_state::missing)
        items.push_back({std::move(entry), rank, excerpts[content]});
    }
  }
  return items;
}

std::vector<std::string> why_of(const search_item& item) {
  std::vector<std::string> why;
  for (std::size_t list = 0; list < list_names.size(); ++list)
    if ((item.rank.lists >> list & 1U) != 0)
      why.emplace_back(list_names[list]);
  return why;
}

json item_json(const search_item& item) {
  json object{{"schema", 1}, {"id", item.entry.ulid}};
  object["kind"] = to_string(item.entry.kind);
  if (!item.entry.path.empty())
    put_path(object, "path", item.entry.path);
  object["name"] = entry_name(item.entry);
  object["score"] = item.rank.score;
  object["why"] = why_of(item);
  if (!item.excerpt.empty())
    object["excerpt"] = item.excerpt;
  return object;
}

void print_items(const command_context& context,
                 const std::vector<search_item>& items) {
  json list = json::array();
  for (const auto& item : items) {
    if (context.options.jsonl)
      print_json(item_json(item));
    list.push_back(item_json(item));
  }
  if (context.options.jsonl)
    return;
  if (context.options.json)
    return print_json({{"schema", 1}, {"items", list}, {"next", nullptr}});
  table rows{{{"KIND"}, {"FOUND BY"}, {"ID"}, {"NAME", false, true}}};
  for (const auto& item : items) {
    std::string why;
    for (const auto& one : why_of(item))
      why += (why.empty() ? "" : ", ") + one;
    rows.add({std::string{to_string(item.entry.kind)}, why, item.entry.ulid,
              entry_name(item.entry)});
  }
  fmt::print("{}", rows.text(look_at_terminal(STDOUT_FILENO)));
}

int run_search(const command_context& context, const search_options& options) {
  // A node has the vectors in memory.
  auto open = open_for_asking(context, "search");
  if (!open)
    return report_failure(open.failure());
  const auto items = find_items(open.value()->system(), options);
  if (!items)
    return report_failure(items.failure());
  if (items->empty())
    fmt::print(stderr,
               "nothing in the library has these words, or means the "
               "like: {}\n",
               shown_text(options.text));
  if (!items->empty() || context.options.json)
    print_items(context, *items);
  return exit_code::ok;
}

} // namespace

void add_search_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<search_options>();
  auto* command = app.add_subcommand(
    "search", "Finds entries by words in names, tags and texts");
  command->add_option("TEXT", options->text, "What to look for")->required();
  command->add_option("-n,--count", options->count, "At most this many")
    ->check(CLI::Range(1, 10'000))
    ->capture_default_str()
    ->type_name("N");
  command->footer("Example: troupe search \"late at night\" -n 5");
  command->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_search(context, *options);
    };
  });
}

} // namespace troupe
