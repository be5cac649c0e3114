#include "tools/output/entry_figures.hpp"

#include "tools/output/entry_json.hpp"

#include <cmath>
#include <filesystem>

namespace troupe {

namespace {

/// The member `key` of the object `block`, null without one.
const json* member(const json& blocks, const char* block, const char* key) {
  const auto found = blocks.find(block);
  if (found == blocks.end() || !found->is_object())
    return nullptr;
  const auto value = found->find(key);
  return value == found->end() ? nullptr : &*value;
}

std::optional<double> number(const json& blocks, const char* block,
                             const char* key) {
  const auto* value = member(blocks, block, key);
  if (value == nullptr || !value->is_number())
    return std::nullopt;
  return value->get<double>();
}

std::string text(const json& blocks, const char* block, const char* key) {
  const auto* value = member(blocks, block, key);
  return value != nullptr && value->is_string() ? value->get<std::string>()
                                                : std::string{};
}

} // namespace

entry_figures figures_of(const entry_row& entry) {
  entry_figures found;
  const auto blocks = json::parse(entry.document, nullptr, false);
  if (!blocks.is_object())
    return found;
  found.title = text(blocks, "tags", "title");
  found.artist = text(blocks, "tags", "artist");
  found.album = text(blocks, "tags", "album");
  found.duration_s = number(blocks, "audio", "duration_s");
  found.tempo_bpm = number(blocks, "rhythm", "tempo_bpm");
  if (found.tempo_bpm && *found.tempo_bpm <= 0.0)
    found.tempo_bpm.reset();
  found.onset_rate_hz = number(blocks, "rhythm", "onset_rate_hz");
  found.key = text(blocks, "tonal", "key");
  found.mode = text(blocks, "tonal", "mode");
  found.camelot = text(blocks, "tonal", "camelot");
  found.integrated_lufs = number(blocks, "loudness", "integrated_lufs");
  found.true_peak_dbtp = number(blocks, "loudness", "true_peak_dbtp");
  found.replaygain_track_db = number(blocks, "loudness", "replaygain_track_db");
  return found;
}

music_tags music_tags_of(const entry_figures& figures) {
  music_tags tags;
  tags.bpm = figures.tempo_bpm;
  if (!figures.key.empty())
    tags.key = figures.key + (figures.mode == "minor" ? "m" : "");
  if (figures.replaygain_track_db) {
    tags.gain.emplace();
    tags.gain->track_gain_db = *figures.replaygain_track_db;
    if (figures.true_peak_dbtp)
      tags.gain->track_peak = std::pow(10.0, *figures.true_peak_dbtp / 20.0);
  }
  return tags;
}

std::string track_name(const entry_row& entry, const entry_figures& figures) {
  if (!figures.title.empty())
    return figures.artist.empty() ? figures.title
                                  : figures.artist + " - " + figures.title;
  return std::filesystem::path{entry.path}.stem().string();
}

} // namespace troupe
