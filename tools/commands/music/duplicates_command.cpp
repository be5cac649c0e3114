#include "domain/audio/likeness/fingerprint_match.hpp"
#include "domain/search/duplicate_groups.hpp"
#include "tools/commands/command.hpp"
#include "tools/commands/find/same_picture.hpp"
#include "tools/commands/music/library_vectors.hpp"
#include "tools/output/entry_figures.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/entry_text.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/units.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

namespace troupe {

namespace {

/// Recordings that are the same have vectors closer than this, whatever their
/// encoding; the fingerprint then tells them from what only sounds alike.
constexpr float candidate_cosine = 0.9F;

using index_pair = std::pair<std::size_t, std::size_t>;

/// Fingerprints of the library's contents, each read once.
class fingerprint_shelf {
public:
  explicit fingerprint_shelf(troupe_system& system) : system_(system) {}

  /// Null when the content has none.
  result<const content_fingerprint*> of(content_id content) {
    const auto known = prints_.find(content);
    if (known != prints_.end())
      return &known->second;
    auto print = system_.fingerprint_of(content);
    if (!print && print.failure().code != errc::not_found)
      return print.failure();
    if (!print)
      return static_cast<const content_fingerprint*>(nullptr);
    return &prints_.emplace(content, std::move(print.value())).first->second;
  }

private:
  troupe_system& system_;
  std::map<content_id, content_fingerprint> prints_;
};

/// Whether the fingerprints of two contents are of one recording.
result<bool> same_recording(fingerprint_shelf& shelf, content_id a,
                            content_id b) {
  const auto first = shelf.of(a);
  if (!first)
    return first.failure();
  const auto second = shelf.of(b);
  if (!second)
    return second.failure();
  if (*first == nullptr || *second == nullptr
      || (*first)->method != (*second)->method)
    return false;
  return audio::match_fingerprints((*first)->words, (*second)->words)
    .is_same_recording();
}

/// Pairs of rows that are one recording. O(rows² * dim).
result<std::vector<index_pair>> same_recordings(troupe_system& system,
                                                const library_vectors& all) {
  fingerprint_shelf shelf{system};
  std::vector<index_pair> pairs;
  const auto rows = all.rows();
  for (std::size_t a = 0; a + 1 < rows.rows(); ++a) {
    const search::vector_rows rest{rows.values.subspan((a + 1) * rows.dim),
                                   rows.dim};
    std::vector<float> cosines(rest.rows());
    search::dots(rest, rows.row(a), cosines);
    for (std::size_t i = 0; i < cosines.size(); ++i) {
      if (cosines[i] < candidate_cosine)
        continue;
      const auto b = a + 1 + i;
      const auto same =
        same_recording(shelf, all.owners[a].content, all.owners[b].content);
      if (!same)
        return same.failure();
      if (*same)
        pairs.emplace_back(a, b);
    }
  }
  return pairs;
}

// -- groups -------------------------------------------------------------------

using entry_group = std::vector<entry_row>;

/// What makes one of two duplicates the better one: sound without loss, more
/// pixels.
std::int64_t quality_of(const entry_row& entry) {
  const auto blocks = json::parse(entry.document, nullptr, false);
  if (!blocks.is_object())
    return 0;
  if (blocks.contains("image"))
    return blocks["image"].value("width", std::int64_t{0})
           * blocks["image"].value("height", std::int64_t{0});
  if (!blocks.contains("audio"))
    return 0;
  const auto codec = blocks["audio"].value("codec", std::string{});
  const bool lossless =
    codec == "flac" || codec == "alac" || codec.starts_with("pcm");
  return lossless ? 1 : 0;
}

/// By quality, then the larger, then by path.
void sort_best_first(entry_group& group) {
  std::vector<std::pair<std::int64_t, entry_row>> ranked;
  for (auto& entry : group) {
    const auto quality = quality_of(entry);
    ranked.emplace_back(quality, std::move(entry));
  }
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    if (a.first != b.first)
      return a.first > b.first;
    if (a.second.stamp.bytes != b.second.stamp.bytes)
      return a.second.stamp.bytes > b.second.stamp.bytes;
    return a.second.path < b.second.path;
  });
  group.clear();
  for (auto& [quality, entry] : ranked)
    group.push_back(std::move(entry));
}

/// All present entries of a content: exact copies are duplicates as well.
result<void> add_copies(troupe_system& system, content_id content,
                        entry_group& group) {
  auto copies = system.entries_of(content);
  if (!copies)
    return copies.failure();
  for (auto& row : copies->rows)
    if (row.state != entry_state::missing)
      group.push_back(std::move(row));
  return {};
}

/// Groups of at least two entries.
result<std::vector<entry_group>> find_groups(troupe_system& system,
                                             const library_vectors& all,
                                             media_kind kind) {
  const auto pairs = kind == media_kind::image ? same_pictures(system, all)
                                               : same_recordings(system, all);
  if (!pairs)
    return pairs.failure();
  auto rows = search::groups_of(all.owners.size(), *pairs);
  std::vector<bool> grouped(all.owners.size());
  for (const auto& group : rows)
    for (const auto row : group)
      grouped[row] = true;
  for (std::size_t row = 0; row < grouped.size(); ++row)
    if (!grouped[row])
      rows.push_back({row});
  std::vector<entry_group> groups;
  for (const auto& members : rows) {
    entry_group group;
    for (const auto row : members)
      if (auto done = add_copies(system, all.owners[row].content, group); !done)
        return done.failure();
    if (group.size() < 2)
      continue;
    sort_best_first(group);
    groups.push_back(std::move(group));
  }
  std::sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
    return a.front().path < b.front().path;
  });
  return groups;
}

// -- output -------------------------------------------------------------------

json group_json(const entry_group& group) {
  json entries = json::array();
  for (const auto& entry : group) {
    json object{{"id", entry.ulid}};
    put_path(object, "path", entry.path);
    object["bytes"] = entry.stamp.bytes;
    object["content_sha256"] = to_hex(entry.hash);
    entries.push_back(std::move(object));
  }
  // The first is the one to keep.
  json object{{"schema", 1}};
  put_path(object, "path", group.front().path);
  object["entries"] = std::move(entries);
  return object;
}

void print_groups(const command_context& context,
                  const std::vector<entry_group>& groups) {
  if (context.options.jsonl) {
    for (const auto& group : groups)
      print_json(group_json(group));
    return;
  }
  if (context.options.json) {
    json items = json::array();
    for (const auto& group : groups)
      items.push_back(group_json(group));
    print_json({{"schema", 1}, {"items", items}, {"next", nullptr}});
    return;
  }
  for (const auto& group : groups) {
    fmt::print("{}{}\n", &group == &groups.front() ? "" : "\n",
               shown_text(entry_name(group.front())));
    for (const auto& entry : group)
      fmt::print("  {:<6} {:>9}  {}{}\n",
                 &entry == &group.front() ? "best" : "",
                 format_bytes(entry.stamp.bytes), shown_text(entry.path),
                 &entry != &group.front() && entry.hash == group.front().hash
                   ? "  (same bytes)"
                   : "");
  }
}

int run_duplicates(const command_context& context, media_kind kind) {
  auto open = open_for_reading(context);
  if (!open)
    return report_failure(open.failure());
  auto& system = open.value()->system();
  const auto space = main_space(system, kind);
  if (!space)
    return report_failure(space.failure());
  const auto all = load_vectors(system, *space);
  if (!all)
    return report_failure(all.failure());
  const auto groups = find_groups(system, *all, kind);
  if (!groups)
    return report_failure(groups.failure());
  if (groups->empty() && !context.options.json && !context.options.jsonl)
    fmt::print(stderr, "no duplicates among {} {}\n", all->owners.size(),
               kind == media_kind::image ? "pictures" : "tracks");
  print_groups(context, *groups);
  return exit_code::ok;
}

} // namespace

void add_duplicates_command(CLI::App& app, command_context& context) {
  auto kind = std::make_shared<std::string>("audio");
  auto* command = app.add_subcommand(
    "duplicates", "Groups entries that are the same recording or picture");
  command->add_option("--kind", *kind, "What to compare")
    ->check(CLI::IsMember({"audio", "image"}))
    ->capture_default_str();
  command->footer("Example: troupe duplicates --json");
  command->callback([&context, kind] {
    context.chosen = [&context, kind] {
      return run_duplicates(context, *kind == "image" ? media_kind::image
                                                      : media_kind::audio);
    };
  });
}

} // namespace troupe
