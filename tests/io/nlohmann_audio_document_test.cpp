#include "io/nlohmann_audio_document.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace troupe {

namespace {

using nlohmann::json;

json encoded(const audio::audio_record& record) {
  return json::parse(io::open_nlohmann_audio_document()->encode(record));
}

TEST(nlohmann_audio_document, names_the_blocks_as_promised) {
  audio::audio_record record;
  record.duration_s = 2.5;
  record.sample_rate_hz = 44'100;
  record.channels = 2;
  record.codec = "flac";
  record.tags.title = "Song";
  record.loudness.integrated_lufs = -23.0;
  record.timbre.emplace();
  record.chroma.emplace();
  record.structure.emplace();
  record.structure->waveform_peaks = {0, 255};
  const auto document = encoded(record);
  EXPECT_EQ(document["audio"], json::parse(R"({"duration_s":2.5,
    "sample_rate_hz":44100,"channels":2,"codec":"flac"})"));
  EXPECT_EQ(document["tags"],
            json::parse(R"({"title":"Song","artist":"","album":"","genre":"",
    "year":0,"track":0})"));
  EXPECT_EQ(document["loudness"], json::parse(R"({"integrated_lufs":-23.0})"));
  EXPECT_EQ(document["timbre"]["mfcc_mean"].size(), 20U);
  EXPECT_EQ(document["tonal"]["chroma"].size(), 12U);
  EXPECT_EQ(document["structure"]["waveform_peaks"], json({0, 255}));
}

TEST(nlohmann_audio_document, spells_tempo_and_key_as_promised) {
  audio::audio_record record;
  record.rhythm = audio::rhythm_figures{120.0, 0.75,   {60.0}, {0.50004, 1.0},
                                        3.5,   0.0021, true};
  record.tonal = audio::tonal_figures{{{6, audio::key_mode::minor}, 0.875},
                                      {{9, audio::key_mode::major}, 0.5},
                                      0.25,
                                      441.5,
                                      true};
  const auto document = encoded(record);
  EXPECT_EQ(document["rhythm"],
            json::parse(R"({"tempo_bpm":120.0,"tempo_confidence":0.75,
    "tempo_alternatives_bpm":[60.0],"beats_s":[0.5,1.0],"onset_rate_hz":3.5,
    "grid_residual_s":0.0021,"is_constant":true})"));
  EXPECT_EQ(document["tonal"],
            json::parse(R"({"key":"F#","mode":"minor","camelot":"11A",
    "open_key":"4m","confidence":0.25,"strength":0.875,"second_key":"A",
    "second_mode":"major","second_strength":0.5,"tuning_hz":441.5,
    "modulates":true})"));
}

TEST(nlohmann_audio_document, leaves_out_what_was_not_computed) {
  const auto document = encoded({});
  EXPECT_FALSE(document.contains("loudness"));
  EXPECT_FALSE(document.contains("rhythm"));
  EXPECT_FALSE(document.contains("timbre"));
  EXPECT_FALSE(document.contains("tonal"));
  EXPECT_FALSE(document.contains("structure"));
}

TEST(nlohmann_audio_document, never_writes_what_json_cannot_hold) {
  audio::audio_record record;
  record.loudness.integrated_lufs = -std::numeric_limits<double>::infinity();
  record.loudness.range_lu = std::numeric_limits<double>::quiet_NaN();
  record.tags.title = "\xff";
  const auto document = encoded(record);
  EXPECT_FALSE(document.contains("loudness"));
  EXPECT_EQ(document["tags"]["title"], "\xEF\xBF\xBD");
}

TEST(nlohmann_audio_document, rounds_to_eight_digits) {
  audio::audio_record record;
  record.loudness.integrated_lufs = -23.123456789;
  EXPECT_EQ(encoded(record)["loudness"]["integrated_lufs"], -23.123457);
}

} // namespace

} // namespace troupe
