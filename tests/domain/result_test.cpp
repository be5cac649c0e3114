#include "domain/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace troupe {
namespace {

result<int> half_of(int x) {
  if (x % 2 != 0)
    return error{errc::invalid_argument, "odd"};
  return x / 2;
}

TEST(result_test, holds_a_value_or_an_error) {
  const auto even = half_of(4);
  ASSERT_TRUE(even);
  EXPECT_EQ(even.value(), 2);
  EXPECT_EQ(*even, 2);
  const auto odd = half_of(5);
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.failure(), (error{errc::invalid_argument, "odd"}));
}

TEST(result_test, moves_what_cannot_be_copied) {
  result<std::unique_ptr<int>> box{std::make_unique<int>(3)};
  const auto taken = std::move(box).value();
  EXPECT_EQ(*taken, 3);
}

TEST(result_test, tells_an_error_value_from_a_failure) {
  result<std::string> text{std::string{}};
  EXPECT_TRUE(text);
  EXPECT_TRUE(text->empty());
}

TEST(result_test, needs_no_value_to_succeed) {
  EXPECT_TRUE(result<void>{});
  const result<void> failed{error{errc::no_space, "full"}};
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.failure().code, errc::no_space);
}

TEST(result_test, names_every_code_once) {
  std::set<std::string_view> names;
  for (int i = 0; i < 19; ++i)
    names.insert(to_string(static_cast<errc>(i)));
  EXPECT_EQ(names.size(), 19U);
  EXPECT_FALSE(names.contains("unknown"));
  EXPECT_EQ(to_string(static_cast<errc>(19)), "unknown");
  EXPECT_EQ(to_string(errc::bad_configuration), "bad_configuration");
}

} // namespace
} // namespace troupe
