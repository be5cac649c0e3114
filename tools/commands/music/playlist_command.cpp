#include "domain/search/playlist.hpp"
#include "tools/commands/command.hpp"
#include "tools/commands/music/asked_item.hpp"
#include "tools/output/entry_figures.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/output/m3u8.hpp"
#include "tools/output/new_file.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/table.hpp"
#include "tools/terminal/units.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>

namespace troupe {

namespace {

struct playlist_command_options {
  std::vector<std::string> seeds;
  search::playlist_options plan;
  double bpm_jitter_pct = -1.0;
  std::string file;
  bool force = false;
};

/// Every track that may be played; the seeds come first.
struct track_pool {
  std::vector<entry_row> entries;
  std::vector<entry_figures> figures;
  std::vector<std::vector<float>> vectors;
  std::size_t seeds = 0;

  void add(entry_row entry, std::vector<float> vector) {
    figures.push_back(figures_of(entry));
    entries.push_back(std::move(entry));
    vectors.push_back(std::move(vector));
  }
};

/// Letters of ASCII in lower case: enough to know an artist again.
std::string folded(std::string text) {
  for (auto& c : text)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

/// What planning needs; the vectors are borrowed from the pool.
std::vector<search::playlist_track> tracks_of(const track_pool& pool) {
  std::map<content_hash, std::size_t> contents;
  std::vector<search::playlist_track> tracks;
  for (std::size_t i = 0; i < pool.entries.size(); ++i) {
    const auto& figures = pool.figures[i];
    search::playlist_track track;
    track.content =
      contents.try_emplace(pool.entries[i].hash, contents.size()).first->second;
    track.artist = folded(figures.artist);
    track.tempo_bpm = figures.tempo_bpm;
    track.key = search::parse_camelot(figures.camelot);
    track.loudness_lufs = figures.integrated_lufs;
    track.onset_rate_hz = figures.onset_rate_hz;
    track.vector = pool.vectors[i];
    tracks.push_back(std::move(track));
  }
  return tracks;
}

result<track_pool> load_pool(const command_context& context, assembly& open,
                             const std::vector<std::string>& seeds) {
  auto& system = open.system();
  const auto space = main_space(system, media_kind::audio);
  if (!space)
    return space.failure();
  auto asked = asked_items(context, open, seeds, *space);
  if (!asked)
    return asked.failure();
  track_pool pool;
  std::map<content_hash, std::size_t> known;
  for (auto& item : asked.value()) {
    if (!known.try_emplace(item.entry.hash, 0).second)
      continue;
    pool.add(std::move(item.entry), std::move(item.vector));
  }
  pool.seeds = pool.entries.size();
  const auto all = load_vectors(system, *space);
  if (!all)
    return all.failure();
  auto entries = entries_by_content(system, media_kind::audio);
  if (!entries)
    return entries.failure();
  for (std::size_t row = 0; row < all->owners.size(); ++row) {
    const auto found = entries->find(all->owners[row].content);
    if (found == entries->end() || known.contains(found->second.hash))
      continue;
    const auto vector = all->rows().row(row);
    pool.add(std::move(found->second), {vector.begin(), vector.end()});
  }
  return pool;
}

// -- output -------------------------------------------------------------------

std::string playlist_text(const track_pool& pool,
                          const std::vector<std::size_t>& order,
                          const std::string& folder) {
  std::vector<m3u8_track> tracks;
  for (const auto i : order)
    tracks.push_back({pool.entries[i].path, pool.figures[i].duration_s,
                      track_name(pool.entries[i], pool.figures[i])});
  return m3u8_text(tracks, folder);
}

result<void> write_playlist(const playlist_command_options& options,
                            const track_pool& pool,
                            const std::vector<std::size_t>& order) {
  std::error_code why;
  const auto absolute = std::filesystem::absolute(options.file, why);
  // Through links, as the paths of the entries are.
  const auto folder =
    std::filesystem::weakly_canonical(absolute.parent_path(), why);
  auto file = begin_file(options.file, options.force);
  if (!file)
    return file.failure();
  const auto text = playlist_text(pool, order, folder.string());
  if (auto done = file.value()->write(text); !done)
    return done;
  return file.value()->finish();
}

json track_json(const track_pool& pool, std::size_t i) {
  const auto& figures = pool.figures[i];
  json object{{"schema", 1}};
  put_path(object, "path", pool.entries[i].path);
  object["name"] = track_name(pool.entries[i], figures);
  object["seed"] = i < pool.seeds;
  if (figures.duration_s)
    object["duration_s"] = *figures.duration_s;
  if (figures.tempo_bpm)
    object["tempo_bpm"] = *figures.tempo_bpm;
  if (!figures.camelot.empty())
    object["camelot"] = figures.camelot;
  return object;
}

/// "+1.2 %" of tempo and whether the keys mix, from one track to the next.
std::string step_text(const search::playlist_track& from,
                      const search::playlist_track& to) {
  std::string text;
  if (from.tempo_bpm && to.tempo_bpm)
    text = fmt::format("{:.1f} %",
                       search::tempo_step_pct(*from.tempo_bpm, *to.tempo_bpm));
  if (from.key && to.key)
    text += search::keys_mix(from, to) ? " mixes" : " clashes";
  return text;
}

std::string playlist_table(const track_pool& pool,
                           const std::vector<search::playlist_track>& tracks,
                           const std::vector<std::size_t>& order) {
  table rows{{{"#", true},
              {"LENGTH", true},
              {"BPM", true},
              {"KEY"},
              {"STEP"},
              {"NAME", false, true}}};
  for (std::size_t place = 0; place < order.size(); ++place) {
    const auto i = order[place];
    const auto& figures = pool.figures[i];
    rows.add(
      {std::to_string(place + 1),
       figures.duration_s ? format_duration(*figures.duration_s) : "",
       figures.tempo_bpm ? fmt::format("{:.1f}", *figures.tempo_bpm) : "",
       figures.camelot,
       place > 0 ? step_text(tracks[order[place - 1]], tracks[i]) : "",
       track_name(pool.entries[i], figures)
         + (i < pool.seeds ? " (seed)" : "")});
  }
  return rows.text(look_at_terminal(STDOUT_FILENO));
}

void print_playlist(const command_context& context,
                    const playlist_command_options& options,
                    const track_pool& pool,
                    const std::vector<search::playlist_track>& tracks,
                    const std::vector<std::size_t>& order) {
  if (context.options.json || context.options.jsonl) {
    json list = json::array();
    for (const auto i : order)
      if (context.options.jsonl)
        print_json(track_json(pool, i));
      else
        list.push_back(track_json(pool, i));
    if (context.options.json && !context.options.jsonl)
      print_json({{"schema", 1}, {"items", list}, {"next", nullptr}});
    return;
  }
  // Into a pipe goes what a player can read.
  if (options.file.empty() && !look_at_terminal(STDOUT_FILENO).is_terminal)
    fmt::print("{}", playlist_text(pool, order, {}));
  else
    fmt::print("{}", playlist_table(pool, tracks, order));
}

void tell_shortcomings(const playlist_command_options& options,
                       const std::vector<search::playlist_track>& tracks,
                       const std::vector<std::size_t>& order) {
  if (order.size() < options.plan.count)
    fmt::print(stderr, "only {} of {} tracks{}; more fit with {}\n",
               order.size(), options.plan.count,
               options.plan.bpm_jitter_pct ? " have a tempo that fits" : "",
               options.plan.bpm_jitter_pct ? "a larger --bpm-jitter"
                                           : "a larger library");
  std::size_t clashes = 0;
  for (std::size_t i = 1; i < order.size(); ++i)
    clashes +=
      search::keys_mix(tracks[order[i - 1]], tracks[order[i]]) ? 0U : 1U;
  if (options.plan.harmonic && clashes > 0)
    fmt::print(stderr,
               "{} of {} steps do not mix in key: no neighbour was left\n",
               clashes, order.size() - 1);
}

int run_playlist(const command_context& context,
                 playlist_command_options options) {
  if (options.bpm_jitter_pct >= 0.0)
    options.plan.bpm_jitter_pct = options.bpm_jitter_pct;
  if (options.plan.count < options.seeds.size())
    return report_failure({errc::invalid_argument,
                           "playlist: -n is smaller than the number of seeds"},
                          "troupe playlist --help");
  auto open = open_for_reading(context);
  if (!open)
    return report_failure(open.failure());
  const auto pool = load_pool(context, *open.value(), options.seeds);
  if (!pool)
    return report_failure(pool.failure());
  const auto tracks = tracks_of(*pool);
  std::vector<std::size_t> seeds;
  for (std::size_t i = 0; i < pool->seeds; ++i)
    seeds.push_back(i);
  const auto order = search::plan_playlist(tracks, seeds, options.plan);
  if (!options.file.empty()) {
    const auto done = write_playlist(options, *pool, order);
    if (!done)
      return report_failure(done.failure());
    fmt::print(stderr, "written: {}\n", shown_text(options.file));
  }
  print_playlist(context, options, *pool, tracks, order);
  tell_shortcomings(options, tracks, order);
  return exit_code::ok;
}

void add_options(CLI::App& command, playlist_command_options& options) {
  command
    .add_option("--seed", options.seeds,
                "One to three files or ids that the list starts from")
    ->required()
    ->expected(1, static_cast<int>(search::seeds_max))
    ->type_name("FILE|ID");
  command
    .add_option("-n,--count", options.plan.count, "Tracks, seeds included")
    ->check(CLI::Range(1, 10'000))
    ->capture_default_str()
    ->type_name("N");
  command
    .add_option("--bpm-jitter", options.bpm_jitter_pct,
                "Only tempi within PCT percent of a seed's; half and double "
                "count as the same")
    ->check(CLI::Range(0.0, 100.0))
    ->type_name("PCT");
  command.add_flag("--harmonic", options.plan.harmonic,
                   "Follow each key by a neighbour on the Camelot wheel");
  const std::map<std::string, search::energy_curve> curves{
    {"arc", search::energy_curve::arc},
    {"rise", search::energy_curve::rise},
    {"fall", search::energy_curve::fall},
    {"level", search::energy_curve::level}};
  command
    .add_option("--energy", options.plan.curve,
                "How the energy moves: arc (default), rise, fall, level")
    ->transform(CLI::CheckedTransformer(curves, CLI::ignore_case))
    ->type_name("CURVE");
  command.add_option("-o,--output", options.file, "Write an M3U8 file")
    ->type_name("FILE");
  command.add_flag("--force", options.force, "Replace FILE when it exists");
}

} // namespace

void add_playlist_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<playlist_command_options>();
  auto* command = app.add_subcommand(
    "playlist", "Plans a playlist from up to three seeds, ordered for mixing");
  add_options(*command, *options);
  command->footer(
    "Example: troupe playlist --seed song.flac -n 30 --harmonic -o set.m3u8");
  command->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_playlist(context, *options);
    };
  });
}

} // namespace troupe
