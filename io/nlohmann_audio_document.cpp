#include "io/nlohmann_audio_document.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace troupe::io {

namespace {

using json = nlohmann::ordered_json;

/// Figures carry no more digits than this: enough for any of them, and short.
constexpr int significant_digits = 8;

/// Rounds to `significant_digits`, so that the shortest text stays short.
double rounded(double value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.*g", significant_digits, value);
  return std::strtod(text.data(), nullptr);
}

/// JSON has no NaN and no infinity: such a figure is absent.
void put(json& object, const char* key, double value) {
  if (std::isfinite(value))
    object[key] = rounded(value);
}

void put(json& object, const char* key, const std::optional<double>& value) {
  if (value)
    put(object, key, *value);
}

void put(json& object, const char* key, const std::string& text) {
  if (!text.empty())
    object[key] = text;
}

template <std::size_t Size>
json numbers(const std::array<double, Size>& values) {
  auto list = json::array();
  for (const auto value : values)
    list.push_back(std::isfinite(value) ? rounded(value) : 0.0);
  return list;
}

/// An absent block is an absent key.
void put_block(json& document, const char* key, json block) {
  if (!block.empty())
    document[key] = std::move(block);
}

json audio_block(const audio::audio_record& record) {
  auto block = json::object();
  put(block, "duration_s", record.duration_s);
  block["sample_rate_hz"] = record.sample_rate_hz;
  block["channels"] = record.channels;
  put(block, "codec", record.codec);
  if (record.invalid_samples > 0)
    block["invalid_samples"] = record.invalid_samples;
  return block;
}

/// Every key is there, as CONTRACT shows it: empty or 0 says "not tagged".
json tag_block(const media_tags& tags) {
  auto block = json::object();
  block["title"] = tags.title;
  block["artist"] = tags.artist;
  block["album"] = tags.album;
  block["genre"] = tags.genre;
  block["year"] = tags.year;
  block["track"] = tags.track;
  return block;
}

/// Times to a tenth of a millisecond: finer than any ear or analysis frame.
json beat_list(const std::vector<double>& beats_s) {
  auto list = json::array();
  for (const double beat_s : beats_s)
    list.push_back(rounded(std::round(beat_s * 1e4) / 1e4));
  return list;
}

json rhythm_block(const audio::rhythm_figures& rhythm) {
  auto block = json::object();
  put(block, "tempo_bpm", rhythm.tempo_bpm);
  put(block, "tempo_confidence", rhythm.tempo_confidence);
  auto others = json::array();
  for (const double bpm : rhythm.tempo_alternatives_bpm)
    others.push_back(rounded(bpm));
  block["tempo_alternatives_bpm"] = std::move(others);
  block["beats_s"] = beat_list(rhythm.beats_s);
  put(block, "onset_rate_hz", rhythm.onset_rate_hz);
  put(block, "grid_residual_s", rhythm.grid_residual_s);
  block["is_constant"] = rhythm.is_constant;
  return block;
}

/// Key and chroma come from different frames: either may be there alone.
json tonal_block(const audio::audio_record& record) {
  auto block = json::object();
  if (record.tonal) {
    const auto& best = record.tonal->best;
    const auto& second = record.tonal->second;
    block["key"] = audio::pitch_class_name(best.key.tonic);
    block["mode"] = audio::mode_name(best.key.mode);
    block["camelot"] = audio::camelot_name(best.key);
    block["open_key"] = audio::open_key_name(best.key);
    put(block, "confidence", record.tonal->confidence);
    put(block, "strength", best.strength);
    block["second_key"] = audio::pitch_class_name(second.key.tonic);
    block["second_mode"] = audio::mode_name(second.key.mode);
    put(block, "second_strength", second.strength);
    put(block, "tuning_hz", record.tonal->tuning_hz);
    block["modulates"] = record.tonal->modulates;
  }
  if (record.chroma)
    block["chroma"] = numbers(*record.chroma);
  return block;
}

json loudness_block(const audio::loudness_figures& loudness) {
  auto block = json::object();
  put(block, "integrated_lufs", loudness.integrated_lufs);
  put(block, "range_lu", loudness.range_lu);
  put(block, "true_peak_dbtp", loudness.true_peak_dbtp);
  put(block, "momentary_max_lufs", loudness.momentary_max_lufs);
  put(block, "shortterm_max_lufs", loudness.shortterm_max_lufs);
  put(block, "replaygain_track_db", loudness.replaygain_track_db);
  put(block, "dynamic_complexity_db", loudness.dynamic_complexity_db);
  if (loudness.level_percentiles_dbfs)
    block["level_percentiles_dbfs"] = numbers(*loudness.level_percentiles_dbfs);
  return block;
}

json timbre_block(const audio::timbre_figures& timbre) {
  auto block = json::object();
  block["mfcc_mean"] = numbers(timbre.mfcc_mean);
  block["mfcc_std"] = numbers(timbre.mfcc_std);
  put(block, "centroid_hz", timbre.centroid_hz);
  put(block, "rolloff_hz", timbre.rolloff_hz);
  put(block, "flatness", timbre.flatness);
  put(block, "zero_crossing_rate", timbre.zero_crossing_rate);
  put(block, "energy", timbre.energy);
  put(block, "danceability", timbre.danceability);
  put(block, "brightness", timbre.brightness);
  if (timbre.centroid_percentiles_hz)
    block["centroid_percentiles_hz"] = numbers(*timbre.centroid_percentiles_hz);
  return block;
}

json structure_block(const audio::structure_figures& structure) {
  auto block = json::object();
  put(block, "leading_silence_s", structure.leading_silence_s);
  put(block, "trailing_silence_s", structure.trailing_silence_s);
  block["waveform_peaks"] = structure.waveform_peaks;
  return block;
}

json integrity_block(const audio::integrity_figures& integrity) {
  auto block = json::object();
  block["truncated"] = integrity.is_truncated;
  block["clipped_runs"] = integrity.clipped_runs;
  put(block, "dc_offset", integrity.dc_offset);
  put(block, "stereo_width", integrity.stereo_width);
  block["mono_as_stereo"] = integrity.is_mono_as_stereo;
  put(block, "cutoff_hz", integrity.cutoff_hz);
  block["looks_lossy"] = integrity.looks_lossy;
  return block;
}

/// Thread affinity: none, it has no state. Never blocks, makes nothing durable.
class nlohmann_audio_document final : public audio_document {
public:
  [[nodiscard]] std::string
  encode(const audio::audio_record& record) const override {
    auto document = json::object();
    document["audio"] = audio_block(record);
    document["tags"] = tag_block(record.tags);
    if (record.rhythm)
      document["rhythm"] = rhythm_block(*record.rhythm);
    put_block(document, "tonal", tonal_block(record));
    put_block(document, "loudness", loudness_block(record.loudness));
    if (record.timbre)
      document["timbre"] = timbre_block(*record.timbre);
    if (record.structure)
      document["structure"] = structure_block(*record.structure);
    if (record.integrity)
      document["integrity"] = integrity_block(*record.integrity);
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
  }
};

} // namespace

std::unique_ptr<audio_document> open_nlohmann_audio_document() {
  return std::make_unique<nlohmann_audio_document>();
}

} // namespace troupe::io
