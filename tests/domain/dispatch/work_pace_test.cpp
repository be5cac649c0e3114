#include "domain/dispatch/work_pace.hpp"

#include <gtest/gtest.h>

namespace troupe {

namespace {

constexpr auto audio = job_kind::audio_analyze;

TEST(work_pace, knows_nothing_before_the_first_end) {
  const work_pace pace;
  EXPECT_TRUE(pace.paces(1'000).empty());
  EXPECT_EQ(pace.usual_ms(audio, 10.0), 0);
}

TEST(work_pace, counts_jobs_and_media_per_second) {
  work_pace pace;
  // 20 jobs of 30 s of media, one each 500 ms, from 0 to 10 s.
  for (int i = 1; i <= 20; ++i)
    pace.note(audio, 500 * i, 500, 30.0);
  const auto now = pace.paces(10'000);
  ASSERT_EQ(now.size(), 1U);
  EXPECT_DOUBLE_EQ(now[0].jobs_per_s, 2.0);
  EXPECT_DOUBLE_EQ(now[0].media_per_s, 60.0);
  EXPECT_EQ(now[0].usual_ms, 500);
}

TEST(work_pace, forgets_what_is_over_a_minute_old) {
  work_pace pace;
  pace.note(audio, 1'000, 1'000, 0.0);
  EXPECT_GT(pace.paces(61'000)[0].jobs_per_s, 0.0);
  EXPECT_EQ(pace.paces(61'001)[0].jobs_per_s, 0.0);
  // What a job takes is still known.
  EXPECT_EQ(pace.paces(61'001)[0].usual_ms, 1'000);
}

TEST(work_pace, expects_a_long_file_to_take_longer) {
  work_pace pace;
  pace.note(audio, 1, 100, 10.0);
  pace.note(audio, 2, 300, 30.0);
  pace.note(audio, 3, 9'000, 60.0);
  // The median of 10, 10 and 150 ms per second of media.
  EXPECT_EQ(pace.usual_ms(audio, 60.0), 600);
  // The median of the times themselves.
  EXPECT_EQ(pace.usual_ms(audio, 0.0), 300);
}

TEST(work_pace, keeps_kinds_apart) {
  work_pace pace;
  pace.note(audio, 1, 100, 0.0);
  pace.note(job_kind::image_embed, 1, 7, 0.0);
  EXPECT_EQ(pace.usual_ms(job_kind::image_embed, 0.0), 7);
  EXPECT_EQ(pace.paces(2).size(), 2U);
}

TEST(work_pace, remembers_a_bounded_number) {
  work_pace pace;
  for (int i = 0; i < 256; ++i)
    pace.note(audio, i, 1, 0.0);
  for (int i = 0; i < 256; ++i)
    pace.note(audio, 1'000 + i, 9, 0.0);
  EXPECT_EQ(pace.usual_ms(audio, 0.0), 9);
}

} // namespace

} // namespace troupe
