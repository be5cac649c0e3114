#include "tools/commands/command.hpp"
#include "tools/commands/music/album_gain.hpp"
#include "tools/commands/music/in_memory.hpp"
#include "tools/commands/music/same_sound.hpp"
#include "tools/output/entry_figures.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/interruption.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/table.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

namespace troupe {

namespace {

struct tag_options {
  /// Between commas, as typed.
  std::string write;
  std::vector<std::string> fields;
  std::vector<std::string> files;
  bool split_links = false;

  [[nodiscard]] bool wants(std::string_view field) const {
    return std::find(fields.begin(), fields.end(), field) != fields.end();
  }
};

/// One file on its way.
struct tag_job {
  /// As typed, and really.
  std::string file;
  std::string path;
  /// Its entry in the library, if it has one that is up to date.
  std::optional<entry_row> entry;
  music_tags tags;
  error failure{errc::none, {}};
  bool written = false;
  /// The library's results stay; only with `entry`.
  bool kept = true;

  [[nodiscard]] bool failed() const {
    return failure.code != errc::none;
  }

  void fail(error why) {
    failure = std::move(why);
  }
};

// -- values -------------------------------------------------------------------

/// Only what was asked for; an error names what there is not.
result<music_tags> wanted_tags(const tag_options& options,
                               const entry_row& entry) {
  auto tags = music_tags_of(figures_of(entry));
  if (!options.wants("bpm"))
    tags.bpm.reset();
  if (!options.wants("key"))
    tags.key.reset();
  if (!options.wants("replaygain"))
    tags.gain.reset();
  if (!tags.bpm && !tags.key && !tags.gain)
    return error{errc::unsupported,
                 "it has no tempo, key or loudness that was asked for"};
  return tags;
}

/// Takes what the library knows about the files as they are now.
void ask_library(assembly& open, const tag_options& options,
                 std::vector<tag_job>& jobs) {
  for (auto& job : jobs) {
    auto entry = open.system().entry_at(job.path);
    const auto stamp = open.finder().stamp(job.path);
    if (!entry || !stamp || entry->state != entry_state::done
        || !(entry->stamp == *stamp))
      continue;
    auto tags = wanted_tags(options, *entry);
    job.entry = std::move(entry.value());
    if (tags)
      job.tags = std::move(tags.value());
    else
      job.fail(tags.failure());
  }
}

/// Analyses the files that the library does not know.
result<void> analyse_unknown(const command_context& context,
                             const tag_options& options,
                             std::vector<tag_job>& jobs) {
  std::vector<std::string> unknown;
  for (const auto& job : jobs)
    if (!job.entry)
      unknown.push_back(job.path);
  if (unknown.empty())
    return {};
  auto memory = analyse_in_memory(context, unknown);
  if (!memory)
    return memory.failure();
  for (auto& job : jobs) {
    if (job.entry)
      continue;
    const auto entry = analysed_entry(*memory.value(), job.path);
    if (!entry) {
      job.fail(entry.failure());
      continue;
    }
    auto tags = wanted_tags(options, *entry);
    if (tags)
      job.tags = std::move(tags.value());
    else
      job.fail(tags.failure());
  }
  return {};
}

/// Without a library every file was analysed in memory: says what failed.
void tell_unanalysed(assembly& memory, std::vector<tag_job>& jobs) {
  for (auto& job : jobs) {
    if (job.entry || job.failed())
      continue;
    const auto entry = analysed_entry(memory, job.path);
    job.fail(entry ? error{errc::refused, "it changed while it was analysed"}
                   : entry.failure());
  }
}

// -- writing ------------------------------------------------------------------

/// Tags one file, and lets its entry follow.
result<void> write_one(assembly& open, const tag_options& options,
                       tag_job& job) {
  auto copy = open.tag_writing().copy_with_tags(
    job.path, job.tags,
    options.split_links ? hard_links::split : hard_links::refuse);
  if (!copy)
    return copy.failure();
  auto& tagged = *copy.value();
  if (!tagged.differs())
    return {};
  const auto same = same_sound(open.decoders(), job.path, tagged.path());
  if (!same)
    return same.failure();
  if (!*same)
    return error{errc::internal,
                 fmt::format("{}: the tagged copy sounds different; the file "
                             "was not changed",
                             job.file)};
  if (auto done = tagged.commit(); !done)
    return done;
  job.written = true;
  if (!job.entry)
    return {};
  const auto stamp = open.finder().stamp(job.path);
  if (!stamp)
    return stamp.failure();
  const auto now = open.finder().examine({job.path, *stamp});
  if (!now)
    return now.failure();
  if (!*now)
    return error{errc::internal, job.file + ": is no media any more"};
  const auto kept =
    open.system().retag(job.entry->id, **now, note_of("tag", job.entry->ulid));
  if (!kept)
    return kept.failure();
  job.kept = *kept;
  return {};
}

void write_all(assembly& open, const tag_options& options,
               std::vector<tag_job>& jobs) {
  for (auto& job : jobs) {
    if (job.failed())
      continue;
    if (interruption_asked()) {
      job.fail({errc::cancelled, "not reached before Ctrl-C"});
      continue;
    }
    if (auto done = write_one(open, options, job); !done)
      job.fail(done.failure());
  }
}

// -- what is said -------------------------------------------------------------

std::string_view outcome_of(const tag_job& job) {
  if (job.failed())
    return "failed";
  return job.written ? "written" : "unchanged";
}

std::string gain_text(const std::optional<double>& gain) {
  return gain ? fmt::format("{:.2f} dB", *gain) : "";
}

json job_line(const tag_job& job) {
  json object{{"schema", 1}};
  put_path(object, "path", job.path);
  object["outcome"] = outcome_of(job);
  if (job.failed())
    object["message"] = job.failure.detail;
  if (job.tags.bpm)
    object["bpm"] = *job.tags.bpm;
  if (job.tags.key)
    object["key"] = *job.tags.key;
  if (job.tags.gain) {
    object["track_gain_db"] = job.tags.gain->track_gain_db;
    if (job.tags.gain->album_gain_db)
      object["album_gain_db"] = *job.tags.gain->album_gain_db;
  }
  return object;
}

void print_jobs(const command_context& context,
                const std::vector<tag_job>& jobs) {
  if (context.options.json || context.options.jsonl) {
    json list = json::array();
    for (const auto& job : jobs)
      if (context.options.jsonl)
        print_json(job_line(job));
      else
        list.push_back(job_line(job));
    if (!context.options.jsonl)
      print_json({{"schema", 1}, {"items", list}, {"next", nullptr}});
    return;
  }
  table rows{{{"OUTCOME"},
              {"BPM", true},
              {"KEY"},
              {"TRACK", true},
              {"ALBUM", true},
              {"FILE", false, true}}};
  for (const auto& job : jobs) {
    const auto& gain = job.tags.gain;
    rows.add({std::string{outcome_of(job)},
              job.tags.bpm ? fmt::format("{:.2f}", *job.tags.bpm) : "",
              job.tags.key.value_or(""),
              gain ? gain_text(gain->track_gain_db) : "",
              gain ? gain_text(gain->album_gain_db) : "", job.file},
             job.failed() ? tone::bad : tone::plain);
  }
  fmt::print("{}", rows.text(look_at_terminal(STDOUT_FILENO)));
}

void tell_failures(const std::vector<tag_job>& jobs) {
  bool again = false;
  for (const auto& job : jobs) {
    if (job.failed())
      fmt::print(stderr, "failed: {}: {}\n", shown_text(job.file),
                 shown_text(job.failure.detail));
    again = again || !job.kept;
  }
  if (again)
    fmt::print(stderr, "a file that shared its content with another one must "
                       "be analysed again; do it by: troupe index PATH\n");
}

int end_code(const std::vector<tag_job>& jobs) {
  const auto failed = static_cast<std::size_t>(std::count_if(
    jobs.begin(), jobs.end(), [](const auto& job) { return job.failed(); }));
  if (interruption_asked())
    return exit_code::interrupted;
  if (failed == 0)
    return exit_code::ok;
  // One file: its own reason, such as "refused".
  if (jobs.size() == 1)
    return exit_code_of(jobs.front().failure.code);
  return failed == jobs.size() ? exit_code::failed : exit_code::partly;
}

// -- the command --------------------------------------------------------------

/// The library for writing where there is one, so that entries can follow.
result<std::unique_ptr<assembly>> open_library(const command_context& context) {
  std::error_code ignored;
  if (std::filesystem::exists(library_path(context.options), ignored))
    return open_for_writing(context, "tag");
  return std::unique_ptr<assembly>{};
}

result<void> add_gains(const assembly& open, std::vector<tag_job>& jobs) {
  std::vector<album_track> tracks;
  for (auto& job : jobs)
    if (!job.failed())
      tracks.push_back({job.path, job.tags.gain ? &*job.tags.gain : nullptr});
  const auto whole = add_album_gains(open, tracks);
  return whole ? result<void>{} : whole.failure();
}

/// The jobs of the files, none twice.
result<std::vector<tag_job>> make_jobs(const assembly& open,
                                       const tag_options& options) {
  std::vector<tag_job> jobs;
  for (const auto& file : options.files) {
    auto path = open.finder().resolve(file);
    if (!path)
      return path.failure();
    const bool twice =
      std::any_of(jobs.begin(), jobs.end(),
                  [&](const auto& job) { return job.path == *path; });
    if (twice)
      continue;
    jobs.emplace_back();
    jobs.back().file = file;
    jobs.back().path = std::move(path.value());
  }
  return jobs;
}

/// The words between commas; each must be one that is written.
result<std::vector<std::string>> fields_of(const std::string& list) {
  std::vector<std::string> fields;
  std::size_t at = 0;
  while (at <= list.size()) {
    const auto comma = std::min(list.find(',', at), list.size());
    const auto field = list.substr(at, comma - at);
    if (field != "bpm" && field != "key" && field != "replaygain")
      return error{errc::invalid_argument,
                   fmt::format("tag: cannot write \"{}\"; there are bpm, key "
                               "and replaygain, between commas",
                               field)};
    fields.push_back(field);
    at = comma + 1;
  }
  return fields;
}

int run_tag(const command_context& context, tag_options options) {
  auto fields = fields_of(options.write);
  if (!fields)
    return report_failure(fields.failure(), "troupe tag --help");
  options.fields = std::move(fields.value());
  if (auto found = expect_files("tag", options.files); !found)
    return report_failure(found.failure());
  watch_interruptions();
  auto library = open_library(context);
  if (!library)
    return report_failure(library.failure());
  // Without a library only the adapters of one in memory are used.
  std::unique_ptr<assembly> bare;
  if (!library.value()) {
    auto memory = analyse_in_memory(context, options.files);
    if (!memory)
      return report_failure(memory.failure());
    bare = std::move(memory.value());
  }
  auto& open = library.value() ? *library.value() : *bare;
  auto jobs = make_jobs(open, options);
  if (!jobs)
    return report_failure(jobs.failure());
  ask_library(open, options, jobs.value());
  if (!library.value())
    tell_unanalysed(open, jobs.value());
  else if (auto done = analyse_unknown(context, options, jobs.value()); !done)
    return report_failure(done.failure());
  if (auto done = add_gains(open, jobs.value()); !done)
    return report_failure(done.failure());
  write_all(open, options, jobs.value());
  print_jobs(context, *jobs);
  tell_failures(*jobs);
  return end_code(*jobs);
}

} // namespace

void add_tag_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<tag_options>();
  auto* command = app.add_subcommand(
    "tag", "Writes what was measured into the files' own tags");
  command
    ->add_option("--write", options->write,
                 "What to write, between commas: bpm, key, replaygain")
    ->required()
    ->type_name("FIELDS");
  command->add_option("FILE", options->files, "FLAC, MP3, Ogg, Opus, WAV")
    ->required();
  command->add_flag("--split-links", options->split_links,
                    "Tag a file with hard links; its other names keep the old");
  command->footer("Example: troupe tag --write bpm,key,replaygain album/*");
  command->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_tag(context, *options);
    };
  });
}

} // namespace troupe
