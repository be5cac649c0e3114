#include "actors/librarian.hpp"
#include "tests/actors/actor_fixture.hpp"

#include <caf/send.hpp>

#include <vector>

namespace troupe::testing {
namespace {

class librarian_test : public actor_fixture {
protected:
  librarian_test() {
    librarian_tunables tunables;
    tunables.where = placement::pooled;
    tunables.batch_max = 16;
    librarian = spawn_librarian(system, tunables, open_store(), clock, log);
  }

  ~librarian_test() override {
    caf::anon_send_exit(librarian, caf::exit_reason::user_shutdown);
  }

  void send_text(const std::string& key, const std::string& text) {
    text_entry entry;
    entry.text = text;
    entry.key = key;
    entry.hash.fill(static_cast<std::uint8_t>(text.size()));
    pending.push_back(
      self->request(librarian, caf::infinite, text_atom_v, entry));
  }

  /// Receives every reply; the number of successes.
  int successes() {
    int count = 0;
    for (auto& reply : pending)
      reply.receive([&](const std::string&) { ++count; },
                    [](const caf::error&) {});
    pending.clear();
    return count;
  }

  librarian_actor librarian;

  using reply_type = decltype(std::declval<caf::scoped_actor&>()->request(
    std::declval<librarian_actor&>(), caf::infinite, text_atom_v,
    std::declval<text_entry&>()));
  std::vector<reply_type> pending;
};

TEST_F(librarian_test, answers_ten_writes_with_one_commit) {
  for (int i = 0; i < 10; ++i)
    send_text("key-" + std::to_string(i), "text");
  run();
  EXPECT_EQ(calls["begin"], 1);
  EXPECT_EQ(calls["commit"], 1);
  EXPECT_EQ(successes(), 10);
}

TEST_F(librarian_test, commits_at_the_batch_bound) {
  // 40 messages in batches of 16: 16 + 16 + 8.
  for (int i = 0; i < 40; ++i)
    send_text("key-" + std::to_string(i), "text");
  run();
  EXPECT_EQ(calls["commit"], 3);
  EXPECT_EQ(successes(), 40);
}

TEST_F(librarian_test, fails_every_promise_of_a_failed_commit) {
  fail_call = [](std::string_view name) -> std::optional<error> {
    if (name == "commit")
      return error{errc::no_space, "disk full"};
    return std::nullopt;
  };
  send_text("a", "text");
  send_text("b", "text");
  run();
  EXPECT_EQ(successes(), 0);
  EXPECT_TRUE(log.says("commit failed"));
  fail_call = nullptr;
  send_text("a", "text");
  run();
  EXPECT_EQ(successes(), 1);
}

TEST_F(librarian_test, keeps_a_batch_when_one_message_is_refused) {
  send_text("same", "one text");
  send_text("same", "another text");
  send_text("other", "text");
  run();
  EXPECT_EQ(calls["commit"], 1);
  EXPECT_EQ(successes(), 2);
}

TEST_F(librarian_test, undoes_all_of_a_refused_first_message) {
  int texts = 0;
  fail_call = [&texts](std::string_view name) -> std::optional<error> {
    if (name == "add_text" && ++texts == 1)
      return error{errc::invalid_argument, "not this one"};
    return std::nullopt;
  };
  send_text("a", "text");
  send_text("b", "text");
  run();
  EXPECT_EQ(calls["rollback"], 1);
  EXPECT_EQ(calls["begin"], 2);
  EXPECT_EQ(calls["commit"], 1);
  EXPECT_EQ(successes(), 1);
}

TEST_F(librarian_test, drops_the_batch_when_the_file_fails) {
  int texts = 0;
  fail_call = [&texts](std::string_view name) -> std::optional<error> {
    if (name == "add_text" && ++texts == 3)
      return error{errc::io_failure, "broken disk"};
    return std::nullopt;
  };
  for (int i = 0; i < 3; ++i)
    send_text("key-" + std::to_string(i), "text");
  run();
  EXPECT_EQ(calls["commit"], 0);
  EXPECT_EQ(successes(), 0);
}

TEST_F(librarian_test, answers_open_promises_as_it_ends) {
  send_text("a", "text");
  // The commit message is on its way behind this one.
  caf::anon_send_exit(librarian, caf::exit_reason::user_shutdown);
  run();
  EXPECT_EQ(calls["commit"], 1);
  EXPECT_EQ(successes(), 1);
}

TEST_F(librarian_test, tidies_the_log_once_when_idle) {
  send_text("a", "text");
  run();
  EXPECT_EQ(successes(), 1);
  EXPECT_EQ(calls["checkpoint"], 0);
  advance(60s);
  EXPECT_EQ(calls["checkpoint"], 1);
}

} // namespace
} // namespace troupe::testing
