#include "domain/dispatch/settlement.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace troupe {
namespace {

attempt_end end_of(int job, std::int64_t claim = 1) {
  attempt_end end;
  end.key = {job_id{job}, claim};
  return end;
}

std::vector<int> jobs_of(const settle_request& request) {
  std::vector<int> jobs;
  for (const auto& end : request.ends)
    jobs.push_back(static_cast<int>(end.key.job));
  return jobs;
}

TEST(settlement_test, sends_all_that_waits_as_one_request) {
  settlement book;
  book.add(end_of(1));
  book.add(end_of(2));
  EXPECT_TRUE(book.has_ends());
  const auto sent = book.send(7, 9, {{job_kind::audio_analyze, 3, false}});
  EXPECT_EQ(sent.request->epoch, 7);
  EXPECT_EQ(sent.request->now_us, 9);
  EXPECT_EQ(jobs_of(*sent.request), (std::vector{1, 2}));
  EXPECT_FALSE(book.has_ends());
  EXPECT_FALSE(book.quiet());
}

TEST(settlement_test, keeps_an_end_until_the_store_spoke) {
  settlement book;
  book.add(end_of(1));
  EXPECT_TRUE(book.covers({job_id{1}, 1}));
  EXPECT_FALSE(book.covers({job_id{1}, 2}));
  const auto sent = book.send(1, 0, {});
  EXPECT_TRUE(book.covers({job_id{1}, 1}));
  EXPECT_EQ(book.answered(sent.number), sent.request);
  EXPECT_FALSE(book.covers({job_id{1}, 1}));
  EXPECT_TRUE(book.quiet());
}

TEST(settlement_test, asks_again_in_the_old_order) {
  settlement book;
  book.add(end_of(1));
  book.add(end_of(2));
  const auto sent = book.send(1, 0, {});
  book.add(end_of(3));
  book.unanswered(sent.number);
  EXPECT_EQ(jobs_of(*book.send(1, 0, {}).request), (std::vector{1, 2, 3}));
}

TEST(settlement_test, ignores_an_answer_after_its_deadline) {
  settlement book;
  book.add(end_of(1));
  const auto sent = book.send(1, 0, {});
  book.unanswered(sent.number);
  EXPECT_EQ(book.answered(sent.number), nullptr);
  book.unanswered(sent.number);
  EXPECT_EQ(jobs_of(*book.send(1, 0, {}).request), std::vector{1});
}

TEST(settlement_test, counts_claims_on_the_way_by_kind) {
  settlement book;
  const auto first = book.send(1, 0, {{job_kind::audio_analyze, 2, false}});
  const auto second = book.send(
    1, 0,
    {{job_kind::audio_analyze, 1, true}, {job_kind::image_embed, 4, false}});
  EXPECT_EQ(book.asked(job_kind::audio_analyze), 3);
  EXPECT_EQ(book.asked(job_kind::image_embed), 4);
  book.unanswered(first.number);
  EXPECT_EQ(book.asked(job_kind::audio_analyze), 1);
  (void)book.answered(second.number);
  EXPECT_EQ(book.asked(job_kind::image_embed), 0);
}

TEST(settlement_test, loses_and_doubles_no_end_whatever_is_answered) {
  std::mt19937_64 random{13};
  settlement book;
  std::set<int> open;
  std::multiset<int> settled;
  std::map<std::int64_t, std::vector<int>> on_the_way;
  int added = 0;
  for (int step = 0; step < 20'000; ++step) {
    const auto dice = random() % 4;
    if (dice == 0) {
      book.add(end_of(++added));
      open.insert(added);
    } else if (dice == 1 && book.has_ends()) {
      const auto sent = book.send(1, 0, {});
      on_the_way.emplace(sent.number, jobs_of(*sent.request));
    } else if (!on_the_way.empty()) {
      auto some = on_the_way.begin();
      std::advance(some, static_cast<int>(random() % on_the_way.size()));
      if (dice == 2) {
        ASSERT_NE(book.answered(some->first), nullptr);
        for (const auto job : some->second) {
          settled.insert(job);
          open.erase(job);
        }
      } else {
        book.unanswered(some->first);
      }
      on_the_way.erase(some);
    }
    ASSERT_EQ(book.quiet(), on_the_way.empty());
  }
  for (int job = 1; job <= added; ++job) {
    ASSERT_EQ(book.covers({job_id{job}, 1}), open.contains(job)) << job;
    ASSERT_EQ(settled.count(job), open.contains(job) ? 0U : 1U) << job;
  }
}

} // namespace
} // namespace troupe
