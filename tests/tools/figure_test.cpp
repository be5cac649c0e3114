#include "domain/audio/curves/tempo_curve.hpp"
#include "tools/figure/figure_axes.hpp"
#include "tools/figure/track_figure.hpp"
#include "tools/output/m3u8.hpp"
#include "tools/output/markup.hpp"
#include "tools/output/numpy_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace troupe {

namespace {

// -- files for others ---------------------------------------------------------

TEST(m3u8, has_paths_relative_to_its_own_folder) {
  const std::vector<m3u8_track> tracks{
    {"/music/album/one.flac", 61.6, "Artist - One"},
    {"/music/two\n.flac", std::nullopt, "Two\nlines"},
    {"/music/lists/#three.flac", 1.0, "Three"}};
  EXPECT_EQ(m3u8_text(tracks, "/music/lists"),
            "#EXTM3U\n"
            "#EXTINF:62,Artist - One\n../album/one.flac\n"
            "#EXTINF:-1,Two lines\n../two\n.flac\n"
            "#EXTINF:1,Three\n./#three.flac\n");
  EXPECT_NE(m3u8_text(tracks, "").find("\n/music/album/one.flac\n"),
            std::string::npos);
}

TEST(numpy_file, begins_as_numpy_wants_it) {
  for (const std::uint32_t rows : {0U, 7U, 123'456U}) {
    const auto header = numpy_header("<f4", {rows, 256});
    EXPECT_EQ(header.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
    const auto length = static_cast<unsigned char>(header[8])
                        + 256U * static_cast<unsigned char>(header[9]);
    EXPECT_EQ(header.size(), 10 + length);
    EXPECT_EQ(header.size() % 64, 0U);
    EXPECT_EQ(header.back(), '\n');
    EXPECT_NE(header.find("'shape': (" + std::to_string(rows) + ", 256)"),
              std::string::npos);
  }
  EXPECT_NE(numpy_header("|u1", {3}).find("'shape': (3,)"), std::string::npos);
}

TEST(markup, lets_no_text_become_a_tag) {
  EXPECT_EQ(markup_text("<b>&\"'\x01\xff"), "&lt;b&gt;&amp;&quot;&#39;\uFFFD");
  EXPECT_EQ(uri_path("/a b/\xE9#?.mp3"), "/a%20b/%E9%23%3F.mp3");
}

// -- pictures -----------------------------------------------------------------

TEST(figure_axes, steps_by_round_numbers) {
  EXPECT_EQ(round_time_step(8.0, 10), 1.0);
  EXPECT_EQ(round_time_step(31.0, 10), 5.0);
  EXPECT_EQ(round_time_step(200.0, 10), 30.0);
  EXPECT_EQ(round_time_step(36'000.0, 10), 3'600.0);
  EXPECT_DOUBLE_EQ(round_step(14.0, 4), 5.0);
  EXPECT_DOUBLE_EQ(round_step(0.3, 4), 0.1);
}

TEST(figure_axes, keep_values_within_the_panel) {
  figure_panel panel;
  panel.box = {0.0, 100.0, 200.0, 50.0};
  panel.low = -40.0;
  panel.high = 0.0;
  EXPECT_EQ(panel.y(0.0), 100.0);
  EXPECT_EQ(panel.y(9.0), 100.0);
  EXPECT_EQ(panel.y(-std::numeric_limits<double>::infinity()), 150.0);
  EXPECT_EQ(panel.y(std::nan("")), 150.0);
}

TEST(tempo_curve, shows_a_change_of_tempo_and_no_single_slip) {
  std::vector<double> beats;
  for (int i = 0; i < 40; ++i)
    beats.push_back(0.5 * i);
  beats[20] += 0.1;
  for (int i = 1; i <= 40; ++i)
    beats.push_back(19.5 + 0.4 * i);
  const auto curve = audio::tempo_curve(beats);
  ASSERT_EQ(curve.size(), beats.size() - 1);
  for (std::size_t i = 0; i < 35; ++i)
    EXPECT_NEAR(curve[i].bpm, 120.0, 1e-6);
  for (std::size_t i = 45; i < curve.size(); ++i)
    EXPECT_NEAR(curve[i].bpm, 150.0, 1e-6);
  EXPECT_TRUE(audio::tempo_curve(std::vector<double>{1.0, 2.0}).empty());
}

/// A track of this length with something in every curve.
track_facts busy_track(double length_s) {
  track_facts facts;
  facts.name = "A <name> & more";
  facts.curves.duration_s = length_s;
  facts.curves.envelope_step_s = 256.0 / 44'100.0;
  const auto points =
    static_cast<std::size_t>(length_s / facts.curves.envelope_step_s);
  for (std::size_t i = 0; i < points; ++i) {
    const auto level = static_cast<float>(i % 977) / 977.0F;
    facts.curves.envelope.push_back({-level, level, level * level / 2.0F});
  }
  facts.curves.chroma_step_s = 0.25;
  for (std::size_t i = 0; i < static_cast<std::size_t>(4.0 * length_s); ++i) {
    std::array<float, 12> column{};
    for (std::size_t c = 0; c < 12; ++c)
      column.at(c) = static_cast<float>((i * 7 + c * 5) % 12) / 11.0F;
    facts.curves.chroma.push_back(column);
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(10.0 * length_s); ++i)
    facts.curves.momentary_lufs.push_back(
      -20.0 + 10.0 * std::sin(0.1 * static_cast<double>(i)));
  facts.curves.shortterm_lufs = facts.curves.momentary_lufs;
  for (double beat = 0.0; beat < length_s; beat += 0.35)
    facts.beats_s.push_back(beat);
  facts.tempo_bpm = 60.0 / 0.35;
  facts.integrated_lufs = -14.0;
  facts.key = "F# minor (11A)";
  facts.tonic = 6;
  return facts;
}

TEST(track_figure, is_small_however_long_the_track_is) {
  for (const double length_s : {0.2, 3.0, 240.0, 36'000.0}) {
    const auto picture = track_figure(busy_track(length_s));
    EXPECT_LE(picture.size(), 300'000U) << length_s;
    EXPECT_TRUE(picture.starts_with("<svg "));
    EXPECT_TRUE(picture.ends_with("</svg>\n"));
    EXPECT_EQ(picture.find("nan"), std::string::npos);
    EXPECT_EQ(picture.find("inf"), std::string::npos);
    EXPECT_NE(picture.find("A &lt;name&gt; &amp; more"), std::string::npos);
  }
}

TEST(track_figure, leaves_out_what_is_not_known) {
  track_facts facts;
  facts.name = "silence";
  facts.curves.duration_s = 1.0;
  const auto bare = track_figure(facts);
  for (const auto* panel : {"Loudness", "Chroma", "Tempo", "From close by"})
    EXPECT_EQ(bare.find(panel), std::string::npos) << panel;
  const auto full = track_figure(busy_track(60.0));
  for (const auto* panel :
       {"Waveform", "Loudness", "Chroma", "Tempo", "From close by"})
    EXPECT_NE(full.find(panel), std::string::npos) << panel;
}

} // namespace

} // namespace troupe
