#include "actors/tracing/message_ring.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace troupe {

namespace {

/// Counts its questions.
class manual_ticks final : public tick_counter {
public:
  [[nodiscard]] std::uint64_t ticks() const noexcept override {
    return ++now_;
  }

  [[nodiscard]] std::int64_t utc_ns(std::uint64_t ticks) const override {
    return static_cast<std::int64_t>(ticks);
  }

private:
  mutable std::atomic<std::uint64_t> now_{0};
};

class message_ring_test : public ::testing::Test {
protected:
  /// One message about a job, from arrival to end.
  void handle(job_id job) {
    const int message = 0;
    ring.arrive(&message);
    ring.begin(&message);
    ring.note_job(job);
    ring.end({});
  }

  [[nodiscard]] std::vector<ring_record> about(job_id job) const {
    std::vector<ring_record> found;
    static_cast<void>(ring.collect(job, 0, found));
    return found;
  }

  manual_ticks ticks;
  message_ring ring{ticks};
};

TEST_F(message_ring_test, keeps_when_a_message_came_began_and_ended) {
  const int first = 0;
  const int second = 0;
  ring.arrive(&first);
  ring.arrive(&second);
  ring.begin(&first);
  ring.end({});
  ring.begin(&second);
  ring.note_job(job_id{7});
  ring.end({});
  const auto found = about(job_id{7});
  ASSERT_EQ(found.size(), 1U);
  // Ticks: two arrivals, the first's begin, the second's begin and end.
  EXPECT_EQ(found[0].sent, 2U);
  EXPECT_EQ(found[0].begun, 4U);
  EXPECT_EQ(found[0].ended, 5U);
  EXPECT_EQ(found[0].depth, 1U);
}

TEST_F(message_ring_test, counts_what_waits_in_the_mailbox) {
  const int messages[3] = {};
  for (const auto& message : messages)
    ring.arrive(&message);
  ring.begin(&messages[0]);
  ring.note_job(job_id{1});
  ring.end({});
  EXPECT_EQ(about(job_id{1}).at(0).depth, 3U);
}

TEST_F(message_ring_test, finds_a_message_that_overtook_another) {
  const int messages[2] = {};
  ring.arrive(&messages[0]);
  ring.arrive(&messages[1]);
  ring.begin(&messages[1]);
  ring.note_job(job_id{1});
  ring.end({});
  ring.begin(&messages[0]);
  ring.note_job(job_id{2});
  ring.end({});
  EXPECT_EQ(about(job_id{1}).at(0).sent, 2U);
  EXPECT_EQ(about(job_id{2}).at(0).sent, 1U);
}

TEST_F(message_ring_test, keeps_nothing_that_concerns_no_job) {
  const int message = 0;
  ring.arrive(&message);
  ring.begin(&message);
  ring.end({});
  handle(job_id{2});
  EXPECT_EQ(about(job_id{2}).size(), 1U);
}

TEST_F(message_ring_test, names_every_job_of_a_batch) {
  const int message = 0;
  ring.arrive(&message);
  ring.begin(&message);
  for (int i = 0; i < 64; ++i)
    ring.note_job(job_id{i});
  ring.end({});
  EXPECT_EQ(about(job_id{0}).size(), 1U);
  EXPECT_EQ(about(job_id{63}).size(), 1U);
  EXPECT_TRUE(about(job_id{64}).empty());
}

TEST_F(message_ring_test, forgets_the_oldest_and_says_so) {
  handle(job_id{1});
  std::vector<ring_record> found;
  EXPECT_TRUE(ring.collect(job_id{1}, 0, found));
  for (int i = 0; i < 2'048; ++i)
    handle(job_id{2});
  found.clear();
  EXPECT_FALSE(ring.collect(job_id{1}, 0, found));
  EXPECT_TRUE(found.empty());
}

TEST_F(message_ring_test, may_be_read_while_it_is_written) {
  std::atomic<bool> stop{false};
  std::thread actor{[&] {
    while (!stop)
      handle(job_id{3});
  }};
  for (int i = 0; i < 200; ++i)
    for (const auto& record : about(job_id{3})) {
      ASSERT_LE(record.sent, record.begun);
      ASSERT_LT(record.begun, record.ended);
    }
  stop = true;
  actor.join();
}

} // namespace

} // namespace troupe
