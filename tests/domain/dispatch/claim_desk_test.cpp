#include "domain/dispatch/claim_desk.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace troupe {
namespace {

constexpr auto audio = job_kind::audio_analyze;
constexpr auto image = job_kind::image_embed;

/// Orders as text: "audio.analyze 2, image.embed 1 alone".
std::string text_of(const std::vector<claim_order>& orders) {
  std::string text;
  for (const auto& order : orders) {
    if (!text.empty())
      text += ", ";
    text += std::string{to_string(order.kind)} + " "
            + std::to_string(order.count) + (order.alone ? " alone" : "");
  }
  return text;
}

std::string orders_of(const claim_desk& desk,
                      const std::vector<pool_credit>& credits,
                      const desk_view& view) {
  return text_of(desk.orders(credits, view));
}

TEST(claim_desk_test, asks_for_as_much_as_there_is_credit) {
  const claim_desk desk{60'000};
  EXPECT_EQ(orders_of(desk, {{audio, 3}, {image, 0}}, {}), "audio.analyze 3");
  EXPECT_EQ(orders_of(desk, {{audio, 1}, {image, 2}}, {}),
            "audio.analyze 1, image.embed 2");
  EXPECT_EQ(orders_of(desk, {{audio, -1}}, {}), "");
  EXPECT_EQ(orders_of(desk, {}, {}), "");
}

TEST(claim_desk_test, asks_an_empty_queue_only_once) {
  claim_desk desk{60'000};
  const std::vector<claimed_job> one(1);
  desk.note_supply({audio, 2, false}, one);
  EXPECT_EQ(orders_of(desk, {{audio, 1}, {image, 1}}, {}), "image.embed 1");
  desk.assume_supply();
  EXPECT_EQ(orders_of(desk, {{audio, 1}}, {}), "audio.analyze 1");
}

TEST(claim_desk_test, asks_again_while_the_queue_gives_all_it_is_asked) {
  claim_desk desk{60'000};
  const std::vector<claimed_job> two(2);
  desk.note_supply({audio, 2, false}, two);
  EXPECT_EQ(orders_of(desk, {{audio, 1}}, {}), "audio.analyze 1");
}

TEST(claim_desk_test, counts_only_the_kind_that_was_ordered) {
  claim_desk desk{60'000};
  std::vector<claimed_job> two(2);
  two[0].kind = image;
  desk.note_supply({audio, 2, false}, two);
  EXPECT_EQ(orders_of(desk, {{audio, 1}}, {}), "");
}

TEST(claim_desk_test, lets_suspects_run_only_when_nothing_else_does) {
  claim_desk desk{60'000};
  desk.note_suspects(true, 0);
  desk.note_supply({audio, 1, false}, {});
  desk_view busy{false, false, 0};
  EXPECT_EQ(orders_of(desk, {{audio, 2}}, busy), "");
  EXPECT_EQ(orders_of(desk, {{audio, 2}}, {}), "audio.analyze 1 alone");
  desk.note_suspects(false, 0);
  EXPECT_EQ(orders_of(desk, {{audio, 2}}, {}), "");
}

TEST(claim_desk_test, prefers_the_others_until_suspects_waited_long) {
  claim_desk desk{60'000};
  desk.note_suspects(true, 1'000);
  // Noted again: the first time counts.
  desk.note_suspects(true, 50'000);
  EXPECT_EQ(orders_of(desk, {{audio, 2}}, {true, false, 60'999}),
            "audio.analyze 2");
  EXPECT_EQ(orders_of(desk, {{audio, 2}}, {false, false, 61'000}), "");
  EXPECT_EQ(orders_of(desk, {{audio, 2}}, {true, false, 61'000}),
            "audio.analyze 1 alone");
}

TEST(claim_desk_test, asks_for_nothing_while_a_job_runs_alone) {
  claim_desk desk{60'000};
  desk.note_suspects(true, 0);
  EXPECT_EQ(orders_of(desk, {{audio, 2}, {image, 2}}, {true, true, 90'000}),
            "");
}

TEST(claim_desk_test, does_not_call_a_queue_dry_for_want_of_suspects) {
  claim_desk desk{60'000};
  desk.note_supply({audio, 1, true}, {});
  EXPECT_EQ(orders_of(desk, {{audio, 1}}, {}), "audio.analyze 1");
}

} // namespace
} // namespace troupe
