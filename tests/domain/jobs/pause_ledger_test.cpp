#include "domain/jobs/pause_ledger.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

constexpr std::int64_t minute_us = 60'000'000;

constexpr pause_target everything{pause_scope::every_kind, {}};
constexpr pause_target audio{pause_scope::one_kind, job_kind::audio_analyze};
constexpr pause_target images{pause_scope::one_kind, job_kind::image_embed};
constexpr pause_target intake{pause_scope::intake, {}};

pause held(pause_target target, std::string owner, std::int64_t until_us = 0) {
  return {target, std::move(owner), "because", 0, until_us};
}

TEST(pause_ledger_test, spells_each_target_and_reads_it_back) {
  for (const auto& target : {everything, audio, images, intake})
    EXPECT_EQ(parse_pause_target(to_string(target)), target);
  EXPECT_EQ(parse_pause_target(""), everything);
  EXPECT_EQ(parse_pause_target("audio"), std::nullopt);
}

TEST(pause_ledger_test, stands_still_until_the_last_owner_goes_on) {
  pause_ledger ledger;
  EXPECT_TRUE(ledger.add(held(audio, "anna")));
  EXPECT_TRUE(ledger.add(held(audio, "import")));
  EXPECT_EQ(ledger.end(audio, "import"), 1);
  ASSERT_EQ(ledger.holders(job_kind::audio_analyze, 0).size(), 1U);
  EXPECT_EQ(ledger.holders(job_kind::audio_analyze, 0)[0].owner, "anna");
  EXPECT_EQ(ledger.end(audio, "anna"), 1);
  EXPECT_TRUE(ledger.holders(job_kind::audio_analyze, 0).empty());
}

TEST(pause_ledger_test, counts_the_same_pause_once) {
  pause_ledger ledger;
  EXPECT_TRUE(ledger.add(held(audio, "anna")));
  auto later = held(audio, "anna");
  later.since_us = 5;
  EXPECT_FALSE(ledger.add(later));
  later.reason = "another";
  EXPECT_TRUE(ledger.add(later));
  ASSERT_EQ(ledger.pauses().size(), 1U);
  EXPECT_EQ(ledger.pauses()[0].since_us, 0);
  EXPECT_EQ(ledger.pauses()[0].reason, "another");
  EXPECT_EQ(ledger.end(audio, "anna"), 1);
  EXPECT_EQ(ledger.end(audio, "anna"), 0);
}

TEST(pause_ledger_test, holds_what_is_meant_and_nothing_else) {
  struct row {
    pause_target target;
    bool audio;
    bool images;
    bool intake;
  };

  for (const auto& x :
       {row{everything, true, true, false}, row{audio, true, false, false},
        row{images, false, true, false}, row{intake, false, false, true}}) {
    pause_ledger ledger;
    ledger.add(held(x.target, "anna"));
    EXPECT_EQ(!ledger.holders(job_kind::audio_analyze, 0).empty(), x.audio);
    EXPECT_EQ(!ledger.holders(job_kind::image_embed, 0).empty(), x.images);
    EXPECT_EQ(!ledger.intake_holders(0).empty(), x.intake);
  }
}

TEST(pause_ledger_test, ends_by_itself_at_its_time) {
  pause_ledger ledger;
  ledger.add(held(audio, "anna", 2 * minute_us));
  ledger.add(held(intake, "ben", minute_us));
  EXPECT_EQ(ledger.next_end_us(0), minute_us);
  EXPECT_EQ(ledger.intake_holders(minute_us - 1).size(), 1U);
  EXPECT_TRUE(ledger.intake_holders(minute_us).empty());
  EXPECT_EQ(ledger.next_end_us(minute_us), 2 * minute_us);
  EXPECT_EQ(ledger.expire(minute_us), 1);
  EXPECT_EQ(ledger.pauses().size(), 1U);
  EXPECT_EQ(ledger.next_end_us(2 * minute_us), 0);
}

TEST(pause_ledger_test, ends_all_of_an_owner_at_once_and_no_other) {
  pause_ledger ledger;
  ledger.add(held(audio, "anna"));
  ledger.add(held(intake, "anna"));
  ledger.add(held(everything, "anna"));
  ledger.add(held(audio, "ben"));
  EXPECT_EQ(ledger.end(everything, "anna"), 3);
  ASSERT_EQ(ledger.pauses().size(), 1U);
  EXPECT_EQ(ledger.pauses()[0].owner, "ben");
}

TEST(pause_ledger_test, tells_people_who_and_why) {
  const auto text =
    describe_pause({audio, "anna", "backup", 0, 65 * minute_us}, minute_us);
  EXPECT_EQ(text, "anna since 1 min, 1 h 4 min to go: backup");
  EXPECT_EQ(describe_span(-1), "0 s");
  EXPECT_EQ(describe_span(50 * 60 * minute_us), "2 d 2 h");
}

} // namespace
} // namespace troupe
