#include "domain/placement/thread_bound.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>

namespace troupe {
namespace {

thread_local std::string own_name = "home";

TEST(thread_bound_test, serves_the_thread_that_made_it_and_refuses_others) {
  thread_bound<int> bound{[] { return 7; },
                          [] {
                            return own_name;
                          }};
  const auto here = bound.use();
  ASSERT_TRUE(here);
  EXPECT_EQ(**here, 7);
  std::optional<error> why;
  std::thread other{[&] {
    own_name = "abroad";
    const auto there = bound.use();
    if (!there)
      why = there.failure();
  }};
  other.join();
  ASSERT_TRUE(why);
  EXPECT_EQ(why->code, errc::refused);
  EXPECT_EQ(why->detail, "this belongs to thread home, and thread abroad asked "
                         "for it; send its actor a message instead");
}

TEST(thread_bound_test, tells_unnamed_threads_apart) {
  thread_bound<int> bound{[] { return 7; }, {}};
  std::string text;
  std::thread other{[&] {
    const auto there = bound.use();
    text = there ? "" : there.failure().detail;
  }};
  other.join();
  const std::string before = "this belongs to thread ";
  ASSERT_TRUE(text.starts_with(before)) << text;
  const auto end = text.find(',');
  const auto home = text.substr(before.size(), end - before.size());
  EXPECT_FALSE(home.empty());
  EXPECT_EQ(text.find(home, end), std::string::npos) << text;
}

} // namespace
} // namespace troupe
