#include "domain/search/distance.hpp"
#include "domain/search/playlist.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

namespace troupe::search {

namespace {

// -- camelot ------------------------------------------------------------------

TEST(camelot, reads_what_it_writes_and_nothing_else) {
  for (int number = 1; number <= 12; ++number)
    for (const bool minor : {false, true})
      EXPECT_EQ(parse_camelot(to_string(camelot_key{number, minor})),
                (camelot_key{number, minor}));
  for (const auto* wrong :
       {"", "A", "0A", "13B", "8", "8C", "8a", "-1A", "8AB", "8 A", "128A"})
    EXPECT_FALSE(parse_camelot(wrong)) << wrong;
}

TEST(camelot, goes_the_shorter_way_around_the_wheel) {
  EXPECT_EQ(camelot_distance({12, true}, {1, true}), 1);
  EXPECT_EQ(camelot_distance({8, true}, {8, false}), 1);
  EXPECT_EQ(camelot_distance({1, true}, {7, false}), 7);
  EXPECT_TRUE(are_neighbours({8, true}, {7, true}));
  EXPECT_FALSE(are_neighbours({8, true}, {9, false}));
}

TEST(tempo_step, takes_half_and_double_for_the_same) {
  EXPECT_NEAR(tempo_step_pct(85.0, 170.0), 0.0, 1e-9);
  EXPECT_NEAR(tempo_step_pct(170.0, 42.5), 0.0, 1e-9);
  EXPECT_NEAR(tempo_step_pct(100.0, 110.0), 10.0, 1e-9);
  EXPECT_NEAR(tempo_step_pct(110.0, 50.0), 10.0, 1e-9);
  // The worst is half an octave: a factor of sqrt 2.
  EXPECT_NEAR(tempo_step_pct(100.0, 100.0 * std::sqrt(2.0)), 41.42, 0.01);
}

// -- playlists ----------------------------------------------------------------

/// Tracks of a seeded random library; vectors live as long as the scene.
struct scene {
  std::vector<std::vector<float>> vectors;
  std::vector<playlist_track> tracks;

  scene(std::size_t count, unsigned seed, int artists = 8) {
    std::mt19937 engine{seed};
    std::normal_distribution<float> normal;
    std::uniform_real_distribution<double> unit{0.0, 1.0};
    vectors.resize(count);
    tracks.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      auto& vector = vectors[i];
      for (int k = 0; k < 16; ++k)
        vector.push_back(normal(engine));
      const float length = std::sqrt(dot(vector, vector));
      for (auto& value : vector)
        value /= length;
      auto& track = tracks[i];
      track.content = i;
      track.artist =
        "artist " + std::to_string(static_cast<int>(artists * unit(engine)));
      track.tempo_bpm = 60.0 + 120.0 * unit(engine);
      track.key = camelot_key{1 + static_cast<int>(12.0 * unit(engine)),
                              unit(engine) < 0.5};
      track.loudness_lufs = -20.0 + 12.0 * unit(engine);
      track.onset_rate_hz = 8.0 * unit(engine);
      track.vector = vector;
    }
  }
};

std::vector<std::size_t> plan(const scene& from,
                              const std::vector<std::size_t>& seeds,
                              const playlist_options& options) {
  return plan_playlist(from.tracks, seeds, options);
}

TEST(playlist, never_plays_a_track_or_a_copy_of_it_twice) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    scene from{80, seed};
    // Every content has a copy.
    for (std::size_t i = 0; i < 80; ++i)
      from.tracks[i].content = i / 2;
    for (const std::size_t count : {1U, 2U, 5U, 20U, 40U, 100U}) {
      const auto list = plan(from, {seed % 80}, {.count = count});
      EXPECT_EQ(list.size(), std::min<std::size_t>(count, 40));
      std::set<std::size_t> contents;
      for (const auto track : list)
        EXPECT_TRUE(contents.insert(from.tracks[track].content).second);
      EXPECT_EQ(list.front(), seed % 80);
    }
  }
}

TEST(playlist, is_the_same_each_time) {
  const scene from{200, 3};
  const playlist_options options{
    .count = 25, .bpm_jitter_pct = 12.0, .harmonic = true};
  EXPECT_EQ(plan(from, {4, 9, 1}, options), plan(from, {4, 9, 1}, options));
}

TEST(playlist, gives_each_seed_its_part) {
  const scene from{100, 5};
  const auto list = plan(from, {7, 8, 9}, {.count = 12});
  ASSERT_EQ(list.size(), 12U);
  EXPECT_EQ(list[0], 7U);
  EXPECT_EQ(list[4], 8U);
  EXPECT_EQ(list[8], 9U);
}

TEST(playlist, keeps_to_the_tempo_of_a_seed) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    scene from{150, seed};
    from.tracks[11].tempo_bpm.reset();
    const auto list = plan(from, {0, 1}, {.count = 30, .bpm_jitter_pct = 4.0});
    for (const auto track : list) {
      ASSERT_TRUE(from.tracks[track].tempo_bpm);
      const auto tempo = *from.tracks[track].tempo_bpm;
      EXPECT_LE(std::min(tempo_step_pct(tempo, *from.tracks[0].tempo_bpm),
                         tempo_step_pct(tempo, *from.tracks[1].tempo_bpm)),
                4.0);
    }
  }
}

TEST(playlist, takes_a_track_of_half_the_tempo) {
  scene from{2, 1};
  from.tracks[0].tempo_bpm = 172.0;
  from.tracks[1].tempo_bpm = 86.0;
  EXPECT_EQ(plan(from, {0}, {.count = 2, .bpm_jitter_pct = 1.0}).size(), 2U);
}

std::size_t clashes(const scene& from, const std::vector<std::size_t>& list) {
  std::size_t count = 0;
  for (std::size_t i = 1; i < list.size(); ++i)
    if (!keys_mix(from.tracks[list[i - 1]], from.tracks[list[i]]))
      ++count;
  return count;
}

TEST(playlist, mixes_only_camelot_neighbours_where_the_tracks_allow_it) {
  std::size_t otherwise = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    // 200 random keys over 24: each has some 30 neighbours, so a chain of 15
    // exists from any seed.
    const scene from{200, seed};
    const auto list = plan(from, {seed}, {.count = 15, .harmonic = true});
    EXPECT_EQ(list.size(), 15U);
    EXPECT_EQ(clashes(from, list), 0U) << seed;
    otherwise += clashes(from, plan(from, {seed}, {.count = 15}));
  }
  EXPECT_GT(otherwise, 20U);
}

TEST(playlist, clashes_once_where_it_cannot_be_helped) {
  // Two islands of keys that do not mix, both needed for ten tracks.
  scene from{10, 2};
  for (std::size_t i = 0; i < 10; ++i)
    from.tracks[i].key = camelot_key{i % 2 == 0 ? 1 : 6, true};
  const auto list = plan(from, {0}, {.count = 10, .harmonic = true});
  EXPECT_EQ(list.size(), 10U);
  EXPECT_EQ(clashes(from, list), 1U);
}

std::size_t repeats(const scene& from, const std::vector<std::size_t>& list) {
  std::size_t count = 0;
  for (std::size_t i = 1; i < list.size(); ++i)
    if (same_artist(from.tracks[list[i - 1]], from.tracks[list[i]]))
      ++count;
  return count;
}

TEST(playlist, plays_no_artist_twice_in_a_row_when_it_can_be_helped) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const scene from{100, seed, 4};
    EXPECT_EQ(repeats(from, plan(from, {0}, {.count = 40})), 0U) << seed;
  }
  // 12 tracks of one artist and 8 others: every other one at best, and three
  // of the twelve have no stranger left between them.
  scene uneven{20, 1};
  for (std::size_t i = 0; i < 20; ++i)
    uneven.tracks[i].artist = i < 12 ? "one" : "other " + std::to_string(i);
  EXPECT_EQ(repeats(uneven, plan(uneven, {0}, {.count = 20})), 3U);
}

TEST(playlist, takes_unknown_artists_for_different_ones) {
  scene from{10, 1};
  for (auto& track : from.tracks)
    track.artist.clear();
  EXPECT_EQ(repeats(from, plan(from, {0}, {.count = 10})), 0U);
}

TEST(playlist, follows_its_energy_curve) {
  // All else equal: the order is the curve's.
  scene from{40, 9};
  for (std::size_t i = 0; i < 40; ++i) {
    auto& track = from.tracks[i];
    track = {i, {}, 120.0, camelot_key{8, true}, 0.0, 0.0, from.vectors[0]};
    track.loudness_lufs = static_cast<double>(i);
    track.onset_rate_hz = static_cast<double>(i);
  }
  const auto rise = plan(from, {0}, {.count = 20, .curve = energy_curve::rise});
  EXPECT_TRUE(std::is_sorted(rise.begin(), rise.end()));
  const auto fall =
    plan(from, {39}, {.count = 20, .curve = energy_curve::fall});
  EXPECT_TRUE(std::is_sorted(fall.rbegin(), fall.rend()));
  const auto arc = plan(from, {0}, {.count = 20});
  const auto summit = std::max_element(arc.begin(), arc.end()) - arc.begin();
  // 70 % of 19 steps is 13.3.
  EXPECT_NEAR(static_cast<double>(summit), 13.3, 1.0);
}

TEST(playlist, plays_on_without_any_figures) {
  std::vector<playlist_track> bare(5);
  for (std::size_t i = 0; i < bare.size(); ++i)
    bare[i].content = i;
  const std::vector<std::size_t> seeds{2};
  EXPECT_EQ(plan_playlist(bare, seeds, {.count = 9, .harmonic = true}).size(),
            5U);
  EXPECT_EQ(plan_playlist(bare, seeds, {.count = 9, .bpm_jitter_pct = 5.0}),
            seeds);
}

TEST(energy, ranks_share_ties_and_the_unknown_is_in_the_middle) {
  std::vector<playlist_track> tracks(4);
  tracks[0].loudness_lufs = -10.0;
  tracks[1].loudness_lufs = -10.0;
  tracks[2].loudness_lufs = -20.0;
  const auto ranks = energy_ranks(tracks);
  EXPECT_EQ(ranks[0], ranks[1]);
  EXPECT_LT(ranks[2], ranks[0]);
  EXPECT_EQ(ranks[3], 0.5);
}

} // namespace

} // namespace troupe::search
