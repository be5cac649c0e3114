#include "domain/library/lock_note.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(lock_note, comes_back_as_it_was_written) {
  const holder_note notes[] = {
    {123, "index", ""},
    {1, "node", "/run/user/1000/troupe/a b.sock"},
    {4194304, "node", "/odd\nname\\n/with=equals"},
    {},
  };
  for (const auto& note : notes)
    EXPECT_EQ(parse_lock_note(format_lock_note(note)), note);
}

TEST(lock_note, has_one_line_per_field) {
  EXPECT_EQ(format_lock_note({7, "node", "/s"}),
            "pid=7\nrole=node\nsocket=/s\n");
}

TEST(lock_note, reads_what_is_whole_of_a_torn_or_strange_text) {
  EXPECT_EQ(parse_lock_note(""), holder_note{});
  EXPECT_EQ(parse_lock_note("pid=12"), holder_note{});
  EXPECT_EQ(parse_lock_note("pid=12\nrole=ind").pid, 12);
  EXPECT_EQ(parse_lock_note("pid=-3\n").pid, 0);
  EXPECT_EQ(parse_lock_note("pid=12x\n").pid, 0);
  EXPECT_EQ(parse_lock_note("pid=99999999999999999999\n").pid, 0);
  EXPECT_EQ(parse_lock_note("new=1\nrole=node\n").role, "node");
}

TEST(lock_note, describes_the_holder_as_far_as_it_is_known) {
  EXPECT_EQ(describe_holder({123, "index", ""}), "pid 123 (troupe index)");
  EXPECT_EQ(describe_holder({123, "", ""}), "pid 123");
  EXPECT_EQ(describe_holder({}), "another process");
}

} // namespace
} // namespace troupe
