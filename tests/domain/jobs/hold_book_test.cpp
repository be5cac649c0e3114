#include "domain/jobs/hold_book.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr pause_target audio{pause_scope::one_kind, job_kind::audio_analyze};

hold_change change_of(hold_verb verb, std::string asker = "anna") {
  hold_change change;
  change.verb = verb;
  change.asker = std::move(asker);
  change.token = "T1";
  change.lasts_ms = 60'000;
  change.pool = "analyzers";
  change.slots = 3;
  return change;
}

hold_outcome must(const held_state& held, const hold_change& change,
                  std::int64_t now_us = 0) {
  auto done = apply_hold(held, change, now_us);
  EXPECT_TRUE(done) << (done ? "" : done.failure().detail);
  return done ? *done : hold_outcome{};
}

errc refusal(const held_state& held, const hold_change& change,
             std::int64_t now_us = 0) {
  const auto done = apply_hold(held, change, now_us);
  return done ? errc::none : done.failure().code;
}

TEST(hold_book_test, does_every_change_once_however_often_it_is_asked) {
  for (const auto verb :
       {hold_verb::pause, hold_verb::import_begin, hold_verb::import_extend,
        hold_verb::import_end, hold_verb::resume, hold_verb::scale}) {
    held_state before;
    if (verb == hold_verb::import_extend || verb == hold_verb::import_end)
      before = must({}, change_of(hold_verb::import_begin)).held;
    if (verb == hold_verb::resume)
      before = must({}, change_of(hold_verb::pause)).held;
    const auto now_us = second_us;
    const auto once = must(before, change_of(verb), now_us);
    EXPECT_EQ(once.affected, 1) << static_cast<int>(verb);
    EXPECT_EQ(once.held.revision, before.revision + 1);
    const auto twice = must(once.held, change_of(verb), now_us);
    EXPECT_EQ(twice.affected, 0) << static_cast<int>(verb);
    EXPECT_EQ(twice.held, once.held);
  }
}

TEST(hold_book_test, refuses_a_second_import_until_the_first_is_over) {
  const auto first = must({}, change_of(hold_verb::import_begin)).held;
  auto other = change_of(hold_verb::import_begin, "ben");
  other.token = "T2";
  EXPECT_EQ(refusal(first, other, 59 * second_us), errc::refused);
  // 60 s after its beginning the first one is over by itself.
  EXPECT_EQ(must(first, other, 60 * second_us).held.import.token, "T2");
}

TEST(hold_book_test, extends_a_living_import_only) {
  const auto begun = must({}, change_of(hold_verb::import_begin)).held;
  const auto extend = change_of(hold_verb::import_extend);
  const auto longer = must(begun, extend, 30 * second_us).held;
  EXPECT_EQ(longer.import.until_us, 90 * second_us);
  EXPECT_EQ(refusal(longer, extend, 90 * second_us), errc::refused);
  auto wrong = extend;
  wrong.token = "T9";
  EXPECT_EQ(refusal(longer, wrong), errc::not_found);
  EXPECT_EQ(refusal({}, change_of(hold_verb::import_end)), errc::not_found);
  auto endless = extend;
  endless.lasts_ms = import_ttl_ms_max + 1;
  EXPECT_EQ(refusal(longer, endless), errc::invalid_argument);
}

TEST(hold_book_test, never_shortens_an_import) {
  const auto begun = must({}, change_of(hold_verb::import_begin)).held;
  auto shorter = change_of(hold_verb::import_extend);
  shorter.lasts_ms = 1'000;
  EXPECT_EQ(must(begun, shorter).held.import.until_us, 60 * second_us);
}

TEST(hold_book_test, leaves_a_persons_pause_when_an_import_ends) {
  auto pausing = change_of(hold_verb::pause);
  pausing.target = audio;
  auto held = must({}, pausing).held;
  held = must(held, change_of(hold_verb::import_begin, "anna")).held;
  held = must(held, change_of(hold_verb::import_end, "anna")).held;
  ASSERT_EQ(held.pauses.size(), 1U);
  EXPECT_EQ(held.pauses[0].owner, "anna");
}

TEST(hold_book_test, resumes_anothers_pause_only_by_name) {
  auto pausing = change_of(hold_verb::pause, "anna");
  pausing.lasts_ms = 0;
  const auto held = must({}, pausing).held;
  auto resuming = change_of(hold_verb::resume, "ben");
  EXPECT_EQ(must(held, resuming).affected, 0);
  resuming.owner = "anna";
  EXPECT_EQ(must(held, resuming).affected, 1);
}

TEST(hold_book_test, refuses_to_resume_one_kind_of_a_pause_of_all) {
  const auto held = must({}, change_of(hold_verb::pause)).held;
  auto resuming = change_of(hold_verb::resume);
  resuming.target = audio;
  EXPECT_EQ(refusal(held, resuming), errc::refused);
}

TEST(hold_book_test, lets_in_the_importers_own_work_alone) {
  const auto held = must({}, change_of(hold_verb::import_begin)).held;
  EXPECT_EQ(why_intake_is_held(held, "T1", 0).code, errc::none);
  EXPECT_EQ(why_intake_is_held(held, "", 0).code, errc::refused);
  EXPECT_EQ(why_intake_is_held(held, "T2", 0).code, errc::refused);
  EXPECT_EQ(why_intake_is_held(held, "", 60 * second_us).code, errc::none);
  EXPECT_EQ(why_intake_is_held({}, "", 0).code, errc::none);
}

TEST(hold_book_test, holds_intake_for_a_person_as_long_as_told) {
  auto pausing = change_of(hold_verb::pause);
  pausing.target = {pause_scope::intake, {}};
  const auto held = must({}, pausing).held;
  EXPECT_EQ(why_intake_is_held(held, "", 59 * second_us).code, errc::refused);
  EXPECT_EQ(why_intake_is_held(held, "", 60 * second_us).code, errc::none);
}

} // namespace
} // namespace troupe
