#include "domain/dispatch/batch_former.hpp"
#include "domain/dispatch/matcher.hpp"

#include <gtest/gtest.h>

#include <string>

namespace troupe {
namespace {

using former = batch_former<int>;

TEST(batch_former_test, closes_when_full) {
  former batches{{3, 1'000}};
  batches.add(1, 4, 0);
  batches.add(2, 4, 0);
  EXPECT_FALSE(batches.take(0));
  batches.add(3, 4, 0);
  const auto closed = batches.take(0);
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->items, (std::vector{1, 2, 3}));
  EXPECT_FALSE(batches.take(10'000)) << "an empty batch never closes";
  EXPECT_FALSE(batches.closes_ms());
}

TEST(batch_former_test, closes_when_its_first_item_has_waited) {
  former batches{{3, 20}};
  batches.add(1, 4, 100);
  batches.add(2, 4, 119);
  EXPECT_EQ(batches.closes_ms(), 120);
  EXPECT_FALSE(batches.take(119));
  EXPECT_EQ(batches.take(120)->items.size(), 2U);
}

TEST(batch_former_test, never_waits_without_a_delay) {
  former batches{{3, 0}};
  batches.add(1, 4, 100);
  EXPECT_TRUE(batches.take(100));
}

TEST(batch_former_test, keeps_priorities_apart_and_takes_the_urgent_first) {
  former batches{{2, 20}};
  batches.add(1, 4, 0);
  batches.add(2, 9, 5);
  EXPECT_EQ(batches.closes_ms(), 20);
  const auto first = batches.take(25);
  EXPECT_EQ(first->priority, 9);
  EXPECT_EQ(first->items, std::vector{2});
  EXPECT_EQ(batches.take(25)->items, std::vector{1});
}

TEST(batch_former_test, gives_up_an_item) {
  former batches{{3, 20}};
  batches.add(1, 4, 0);
  batches.add(2, 4, 0);
  EXPECT_EQ(batches.remove([](int x) { return x == 1; }), 1);
  EXPECT_FALSE(batches.remove([](int x) { return x == 1; }));
  EXPECT_EQ(batches.remove([](int x) { return x == 2; }), 2);
  EXPECT_FALSE(batches.closes_ms());
}

TEST(matcher_test, pairs_the_urgent_then_the_old_with_takers_in_turn) {
  matcher<std::string, int> desk;
  desk.offer("old", 4);
  desk.offer("young", 4);
  desk.offer("urgent", 9);
  EXPECT_FALSE(desk.match());
  desk.ask(1);
  desk.ask(1);
  desk.ask(2);
  EXPECT_EQ(desk.match(), (std::pair{std::string{"urgent"}, 1}));
  EXPECT_EQ(desk.match(), (std::pair{std::string{"old"}, 2}));
  EXPECT_FALSE(desk.match()) << "each took one";
  desk.ask(3);
  desk.leave_if([](int taker) { return taker == 3; });
  EXPECT_FALSE(desk.match());
  desk.ask(4);
  EXPECT_EQ(desk.match()->first, "young");
}

} // namespace
} // namespace troupe
