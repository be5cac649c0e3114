#include "domain/identity/ulid.hpp"

#include <gtest/gtest.h>

#include <random>

namespace troupe {

TEST(ulid_test, writes_the_example_of_the_specification) {
  // 01ARZ3NDEK is 1469922850259 ms in the specification's README; random bits
  // of zero print as 16 zeros.
  ulid_sequence ids{[] {
    return std::uint64_t{0};
  }};
  EXPECT_EQ(to_string(ids.next(1'469'922'850'259)),
            "01ARZ3NDEK0000000000000000");
}

TEST(ulid_test, writes_the_greatest_value) {
  const ulid greatest{~std::uint64_t{0}, ~std::uint64_t{0}};
  EXPECT_EQ(to_string(greatest), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
  EXPECT_EQ(parse_ulid("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"), greatest);
}

TEST(ulid_test, reads_back_what_it_writes_and_keeps_the_order) {
  std::mt19937_64 random{1};
  for (int i = 0; i < 1000; ++i) {
    const ulid a{random(), random()};
    const ulid b{random(), random()};
    EXPECT_EQ(parse_ulid(to_string(a)), a);
    EXPECT_EQ(a < b, to_string(a) < to_string(b));
  }
}

TEST(ulid_test, rises_within_a_millisecond_and_when_the_clock_steps_back) {
  std::mt19937_64 random{2};
  ulid_sequence ids{[&] {
    return random();
  }};
  auto last = ids.next(1000);
  for (const std::int64_t now_ms : {1000, 1000, 999, 0, -5, 1001, 500, 1002}) {
    const auto next = ids.next(now_ms);
    EXPECT_LT(last, next);
    last = next;
  }
}

TEST(ulid_test, carries_from_the_lower_word) {
  ulid_sequence ids{[] {
    return ~std::uint64_t{0};
  }};
  const auto first = ids.next(7);
  const auto second = ids.next(7);
  EXPECT_LT(first, second);
  EXPECT_EQ(second.low, 0U);
}

TEST(ulid_test, reads_what_people_type) {
  EXPECT_EQ(parse_ulid("01arz3ndek0000000000000000"),
            parse_ulid("OIARZ3NDEKOOOOOOOOOOOOOOOO"));
  EXPECT_EQ(normalized_ulid_prefix("o1l"), "011");
}

TEST(ulid_test, refuses_what_is_no_ulid) {
  for (const auto* text :
       {"", "01ARZ3NDEK000000000000000", "01ARZ3NDEK00000000000000000",
        "81ARZ3NDEK0000000000000000", "01ARZ3NDEKU000000000000000",
        "01ARZ3NDEK-000000000000000"})
    EXPECT_FALSE(parse_ulid(text)) << text;
  EXPECT_FALSE(normalized_ulid_prefix(""));
  EXPECT_FALSE(normalized_ulid_prefix("a b"));
  EXPECT_FALSE(normalized_ulid_prefix(std::string(27, '0')));
}

} // namespace troupe
