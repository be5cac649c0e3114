#include "tests/actors/supervisor_fixture.hpp"

#include <random>

namespace troupe::testing {
namespace {

constexpr int files = 30;

/// LIBRARIAN and SUPERVISOR with a bad connection between them.
class lossy_schedule_test : public supervisor_fixture {
protected:
  /// From now on a message gets lost with this probability, on its way there
  /// or on its way back alike.
  void lose(double rate, std::uint64_t seed) {
    random.seed(seed);
    relay = [this, rate](const caf::message&) {
      std::uniform_real_distribution<double> dice{0.0, 1.0};
      if (dice(random) >= rate)
        return relay_mode::pass;
      return dice(random) < 0.5 ? relay_mode::lose_request
                                : relay_mode::lose_reply;
    };
  }

  /// Every worker answers at once what it was told since the last call.
  void answer_all() {
    while (answered < jobs.size())
      finish(answered++);
  }

  /// Rounds of ten seconds until all is done.
  int rounds_until_done(int rounds_max) {
    for (int round = 1; round <= rounds_max; ++round) {
      answer_all();
      advance(10s);
      answer_all();
      if (results_accepted() == files && progress().done == files)
        return round;
    }
    return rounds_max + 1;
  }

  std::mt19937_64 random;
  std::size_t answered = 0;
};

TEST_F(lossy_schedule_test, finishes_every_job_once_at_a_third_lost) {
  start();
  record(files);
  lose(0.33, 1);
  // A loss costs the 30 s after which silence counts as unknown, 3 rounds;
  // 30 files and as many claims, a third of them lost: 60 rounds if nothing
  // overlaps. Three times that.
  EXPECT_LE(rounds_until_done(180), 180);
  EXPECT_EQ(results_accepted(), files);
  EXPECT_EQ(progress().failed, 0);
}

TEST_F(lossy_schedule_test, finishes_every_job_once_at_two_thirds_lost) {
  start();
  record(files);
  lose(0.66, 2);
  // Each message is sent three times on average: two losses of 3 rounds for
  // 60 messages. Three times that.
  EXPECT_LE(rounds_until_done(1'080), 1'080);
  EXPECT_EQ(results_accepted(), files);
  EXPECT_EQ(progress().failed, 0);
}

TEST_F(lossy_schedule_test, tells_who_waits_although_two_thirds_get_lost) {
  start();
  record(files);
  auto pending = self->request(supervisor, caf::infinite, idle_atom_v);
  lose(0.66, 3);
  ASSERT_LE(rounds_until_done(1'080), 1'080);
  // One exchange that goes through both ways: a third; 40 tries of 3 rounds
  // fail together with 1e-7.
  for (int round = 0; round < 120; ++round)
    advance(10s);
  bool told_so = false;
  pending.receive([&](const work_progress& x) { told_so = x.done == files; },
                  [](const caf::error&) {});
  EXPECT_TRUE(told_so);
}

TEST_F(lossy_schedule_test, claims_again_after_a_claim_that_got_lost) {
  start();
  int lost = 0;
  relay = [&lost](const caf::message& content) {
    return content.match_elements<settle_atom, settle_request_ptr>()
               && lost++ == 0
             ? relay_mode::lose_request
             : relay_mode::pass;
  };
  record(1);
  EXPECT_TRUE(jobs.empty());
  // 30 s of silence, then half a second.
  advance(32s);
  EXPECT_EQ(jobs.size(), 1U);
  EXPECT_EQ(progress().trouble, errc::none);
}

TEST_F(lossy_schedule_test, asks_twice_a_second_while_the_disk_is_full) {
  start();
  record(3);
  fail_call = [](std::string_view name) -> std::optional<error> {
    if (name == "commit")
      return error{errc::no_space, "disk full"};
    return std::nullopt;
  };
  finish(0);
  advance(20s);
  calls.clear();
  advance(10s);
  // Twenty looks, of which each asks for at most three things in one or two
  // transactions.
  EXPECT_GT(calls["commit"], 5);
  EXPECT_LE(calls["commit"], 60);
  // Each look asks for this once: no look starts a second chain of looks.
  EXPECT_LE(calls["running"], 21);
  fail_call = nullptr;
  advance(2s);
  EXPECT_EQ(progress().done, 1);
  EXPECT_EQ(jobs.size(), 3U);
}

} // namespace
} // namespace troupe::testing
