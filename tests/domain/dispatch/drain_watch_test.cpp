#include "domain/dispatch/drain_watch.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

/// 10 s for the work, 2 s for what is asked back, from zero.
drain_watch begun(drain_rest rest) {
  drain_watch drain;
  drain.begin(0, 10'000, rest, 2'000);
  return drain;
}

TEST(drain_watch_test, is_over_as_soon_as_nothing_is_left) {
  auto drain = begun(drain_rest::wait);
  EXPECT_EQ(drain.look(1, false, false), drain_step::go_on);
  EXPECT_EQ(drain.look(2, true, true), drain_step::drained);
}

TEST(drain_watch_test, is_back_at_its_deadline_whatever_still_runs) {
  auto drain = begun(drain_rest::wait);
  EXPECT_EQ(drain.next_look_ms(), 10'000);
  EXPECT_EQ(drain.look(9'999, false, false), drain_step::go_on);
  EXPECT_EQ(drain.look(10'000, false, false), drain_step::timed_out);
  EXPECT_FALSE(drain.asked_back());
}

TEST(drain_watch_test, asks_back_once_and_waits_for_it) {
  for (const auto rest : {drain_rest::requeue, drain_rest::cancel}) {
    auto drain = begun(rest);
    EXPECT_EQ(drain.look(10'000, false, false), drain_step::ask_back);
    EXPECT_TRUE(drain.asked_back());
    EXPECT_EQ(drain.look(10'001, false, false), drain_step::go_on);
    EXPECT_EQ(drain.look(10'002, false, true), drain_step::timed_out);
  }
}

TEST(drain_watch_test, gives_up_on_who_does_not_hand_back) {
  auto drain = begun(drain_rest::requeue);
  EXPECT_EQ(drain.look(10'000, false, false), drain_step::ask_back);
  EXPECT_EQ(drain.next_look_ms(), 12'000);
  EXPECT_EQ(drain.look(11'999, false, false), drain_step::go_on);
  EXPECT_EQ(drain.look(12'000, false, false), drain_step::timed_out);
}

TEST(drain_watch_test, never_reports_drained_what_it_asked_back) {
  auto drain = begun(drain_rest::cancel);
  EXPECT_EQ(drain.look(10'000, false, false), drain_step::ask_back);
  EXPECT_EQ(drain.look(10'001, true, true), drain_step::timed_out);
}

} // namespace
} // namespace troupe
