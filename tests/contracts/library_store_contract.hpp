#pragma once

#include "domain/ports/library_reader.hpp"
#include "domain/ports/library_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// What every `library_store` promises. A store's test file includes this and
/// instantiates `library_store_contract` with its `library_case`.
namespace troupe::contracts {

/// One fresh, empty library; each test makes its own.
struct library_under_test {
  /// Opens the library; a second call opens the same one again.
  std::function<std::unique_ptr<library_store>(const std::vector<recipe>&)>
    open;
  std::function<std::unique_ptr<library_reader>(const std::vector<recipe>&)>
    read;
};

struct library_case {
  std::string name;
  std::function<library_under_test()> make;
};

inline void PrintTo(const library_case& made, std::ostream* out) {
  *out << made.name;
}

/// Music and text, so that contents of two kinds queue and images do not.
inline std::vector<recipe> two_recipes() {
  return {{job_kind::audio_analyze, media_kind::audio, "audio-1", "snd-1"},
          {job_kind::text_embed, media_kind::text, "text-1", "none"}};
}

/// A file whose content is told by `content` alone.
inline found_file audio_file(std::string path, std::uint32_t content) {
  found_file file;
  file.path = std::move(path);
  file.stamp = {1000 + std::int64_t{content}, 5};
  file.kind = media_kind::audio;
  for (std::size_t i = 0; i < 4; ++i)
    file.hash[i] = static_cast<std::uint8_t>(content >> (8 * i));
  return file;
}

/// One second, in the microseconds of the port.
inline constexpr std::int64_t second_us = 1'000'000;

class library_store_contract : public testing::TestWithParam<library_case> {
protected:
  void SetUp() override {
    library_ = GetParam().make();
    reopen();
  }

  /// Runs one operation in a transaction of its own; it must succeed.
  template <class Operation>
  auto committed(Operation operation) {
    EXPECT_TRUE(store_->begin());
    auto outcome = operation();
    EXPECT_TRUE(outcome) << (outcome ? "" : outcome.failure().detail);
    const auto done = store_->commit();
    EXPECT_TRUE(done) << (done ? "" : done.failure().detail);
    if constexpr (!std::is_same_v<decltype(outcome), result<void>>)
      return outcome ? std::move(outcome).value()
                     : std::decay_t<decltype(outcome.value())>{};
  }

  void reopen(const std::vector<recipe>& recipes = two_recipes()) {
    recipes_ = recipes;
    store_.reset();
    store_ = library_.open(recipes);
    ASSERT_NE(store_, nullptr);
    epoch_ = committed([&] { return store_->start_epoch(now_us_); });
  }

  /// Runs one operation that must fail; nothing of it stays.
  template <class Operation>
  errc refused(Operation operation) {
    EXPECT_TRUE(store_->begin());
    EXPECT_TRUE(store_->savepoint());
    const auto outcome = operation();
    store_->undo();
    EXPECT_TRUE(store_->commit());
    return outcome ? errc::none : outcome.failure().code;
  }

  record_report record(const std::vector<found_file>& files) {
    return committed([&] { return store_->record(files, now_us_); });
  }

  settle_report settle(std::vector<attempt_end> ends,
                       std::vector<claim_order> claims) {
    const settle_request request{epoch_.epoch, now_us_, std::move(ends),
                                 std::move(claims)};
    return committed([&] { return store_->settle(request); });
  }

  std::vector<claimed_job> claim(int count, bool alone = false) {
    return settle({}, {{job_kind::audio_analyze, count, alone}}).claimed;
  }

  attempt_end end_of(const claimed_job& job, job_state next) {
    attempt_end end;
    end.key = job.key;
    end.next = next;
    end.started_us = now_us_ - 1;
    end.ended_us = now_us_;
    end.worker = "analyzer-1";
    end.stage = "decode";
    if (next == job_state::done) {
      end.output = job_output{R"({"a":1})", "space-1", {0.5F, -1.0F}};
    } else {
      end.outcome = attempt_outcome::failed;
      end.why = error_class::permanent;
      end.message = "it broke";
    }
    return end;
  }

  end_verdict finish(const attempt_end& end) {
    const auto report = settle({end}, {});
    return report.verdicts.empty() ? end_verdict::refused
                                   : report.verdicts.front();
  }

  backlog queue() {
    const std::vector<job_kind> kinds{job_kind::audio_analyze,
                                      job_kind::text_embed};
    return committed([&] { return store_->wake(kinds, now_us_); });
  }

  std::unique_ptr<library_reader> reader() {
    auto opened = library_.read(recipes_);
    EXPECT_NE(opened, nullptr);
    return opened;
  }

  audit_note note() {
    return {"uid:1000", "test", "target", "detail"};
  }

  library_under_test library_;
  std::vector<recipe> recipes_;
  std::unique_ptr<library_store> store_;
  epoch_start epoch_;
  std::int64_t now_us_ = 1'700'000'000 * second_us;
};

// -- intake -------------------------------------------------------------------

TEST_P(library_store_contract, records_a_new_file_and_queues_its_job) {
  const auto report = record({audio_file("/m/a", 1), audio_file("/m/b", 2)});
  EXPECT_EQ(report.entries_new, 2);
  EXPECT_EQ(report.jobs_new, 2);
  EXPECT_EQ(queue().ready, 2);
}

TEST_P(library_store_contract, makes_one_job_of_the_same_bytes_at_two_paths) {
  const auto report = record({audio_file("/m/a", 1), audio_file("/m/b", 1)});
  EXPECT_EQ(report.entries_new, 2);
  EXPECT_EQ(report.jobs_new, 1);
}

TEST_P(library_store_contract, does_nothing_for_a_file_recorded_twice) {
  record({audio_file("/m/a", 1)});
  const auto report = record({audio_file("/m/a", 1)});
  EXPECT_EQ(report.entries_touched, 1);
  EXPECT_EQ(report.entries_new, 0);
  EXPECT_EQ(report.jobs_new, 0);
}

TEST_P(library_store_contract, abandons_the_job_of_content_that_was_replaced) {
  record({audio_file("/m/a", 1)});
  const auto report = record({audio_file("/m/a", 2)});
  EXPECT_EQ(report.entries_changed, 1);
  EXPECT_EQ(report.jobs_new, 1);
  const auto jobs = claim(10);
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].hash, audio_file("", 2).hash);
}

TEST_P(library_store_contract, revives_an_abandoned_job_when_content_returns) {
  record({audio_file("/m/a", 1)});
  record({audio_file("/m/a", 2)});
  EXPECT_EQ(record({audio_file("/m/a", 1)}).jobs_new, 1);
  const auto jobs = claim(10);
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].hash, audio_file("", 1).hash);
}

TEST_P(library_store_contract, queues_nothing_for_media_without_a_recipe) {
  auto picture = audio_file("/m/p", 3);
  picture.kind = media_kind::image;
  EXPECT_EQ(record({picture}).jobs_new, 0);
}

// -- claims and ends ----------------------------------------------------------

TEST_P(library_store_contract, hands_out_what_a_worker_needs) {
  record({audio_file("/m/a", 1)});
  const auto jobs = claim(5);
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].path, "/m/a");
  EXPECT_EQ(jobs[0].hash, audio_file("", 1).hash);
  EXPECT_EQ(jobs[0].stamp, audio_file("", 1).stamp);
  EXPECT_EQ(jobs[0].ulid.size(), 26U);
  EXPECT_EQ(jobs[0].key.claim, 1);
  EXPECT_EQ(jobs[0].attempts_charged, 0);
  EXPECT_TRUE(claim(5).empty());
  EXPECT_EQ(committed([&] { return store_->running(epoch_.epoch); }),
            std::vector<claim_key>{jobs[0].key});
}

TEST_P(library_store_contract, claims_in_the_order_of_arrival) {
  for (std::uint32_t i = 0; i < 5; ++i, now_us_ += second_us)
    record({audio_file("/m/" + std::to_string(i), i)});
  const auto jobs = claim(5);
  ASSERT_EQ(jobs.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_EQ(jobs[i].path, "/m/" + std::to_string(i));
}

TEST_P(library_store_contract, accepts_a_result_once_and_knows_it_again) {
  record({audio_file("/m/a", 1)});
  const auto jobs = claim(1);
  ASSERT_EQ(jobs.size(), 1U);
  const auto end = end_of(jobs[0], job_state::done);
  EXPECT_EQ(finish(end), end_verdict::accepted);
  EXPECT_EQ(finish(end), end_verdict::duplicate);
  EXPECT_EQ(queue().running, 0);
  EXPECT_EQ(record({audio_file("/m/b", 1)}).jobs_new, 0);
}

TEST_P(library_store_contract, refuses_a_result_under_an_older_claim) {
  record({audio_file("/m/a", 1)});
  const auto late = claim(1);
  ASSERT_EQ(late.size(), 1U);
  auto back = end_of(late[0], job_state::ready);
  back.outcome = attempt_outcome::returned;
  EXPECT_EQ(finish(back), end_verdict::accepted);
  const auto again = claim(1);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].key.claim, late[0].key.claim + 1);
  EXPECT_EQ(finish(end_of(late[0], job_state::done)), end_verdict::refused);
  EXPECT_EQ(finish(end_of(again[0], job_state::done)), end_verdict::accepted);
}

TEST_P(library_store_contract, refuses_a_result_of_an_older_epoch) {
  record({audio_file("/m/a", 1)});
  const auto late = claim(1);
  ASSERT_EQ(late.size(), 1U);
  reopen();
  EXPECT_EQ(finish(end_of(late[0], job_state::done)), end_verdict::refused);
}

TEST_P(library_store_contract, refuses_an_end_of_a_job_it_does_not_know) {
  claimed_job unknown;
  unknown.key = {job_id{99}, 1};
  EXPECT_EQ(finish(end_of(unknown, job_state::done)), end_verdict::refused);
}

TEST_P(library_store_contract, settles_ends_before_claims) {
  record({audio_file("/m/a", 1)});
  const auto jobs = claim(1);
  ASSERT_EQ(jobs.size(), 1U);
  auto back = end_of(jobs[0], job_state::ready);
  back.outcome = attempt_outcome::returned;
  back.charged = false;
  const auto report = settle({back}, {{job_kind::audio_analyze, 1, false}});
  ASSERT_EQ(report.claimed.size(), 1U);
  EXPECT_EQ(report.claimed[0].key.claim, 2);
  EXPECT_EQ(report.claimed[0].attempts_charged, 0);
}

TEST_P(library_store_contract, wakes_a_retry_when_it_is_due) {
  record({audio_file("/m/a", 1)});
  const auto jobs = claim(1);
  ASSERT_EQ(jobs.size(), 1U);
  auto end = end_of(jobs[0], job_state::retry);
  end.why = error_class::transient;
  end.not_before_us = now_us_ + 10 * second_us;
  EXPECT_EQ(finish(end), end_verdict::accepted);
  auto waiting = queue();
  EXPECT_EQ(waiting.waiting, 1);
  EXPECT_EQ(waiting.next_due_us, end.not_before_us);
  EXPECT_TRUE(claim(1).empty());
  now_us_ = end.not_before_us;
  EXPECT_EQ(queue().ready, 1);
  const auto again = claim(1);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].attempts_charged, 1);
}

TEST_P(library_store_contract, keeps_suspects_apart_from_the_others) {
  record({audio_file("/m/a", 1), audio_file("/m/b", 2)});
  const auto jobs = claim(1);
  ASSERT_EQ(jobs.size(), 1U);
  auto back = end_of(jobs[0], job_state::ready);
  back.alone = true;
  const auto report = settle({back}, {{job_kind::audio_analyze, 5, false}});
  EXPECT_TRUE(report.suspects_ready);
  ASSERT_EQ(report.claimed.size(), 1U);
  EXPECT_NE(report.claimed[0].key.job, jobs[0].key.job);
  const auto alone = claim(5, true);
  ASSERT_EQ(alone.size(), 1U);
  EXPECT_TRUE(alone[0].alone);
  EXPECT_EQ(alone[0].key.job, jobs[0].key.job);
}

// -- transactions -------------------------------------------------------------

TEST_P(library_store_contract, forgets_what_was_rolled_back) {
  ASSERT_TRUE(store_->begin());
  ASSERT_TRUE(store_->record(std::vector{audio_file("/m/a", 1)}, now_us_));
  store_->rollback();
  EXPECT_EQ(queue().ready, 0);
}

TEST_P(library_store_contract, undoes_one_message_and_keeps_the_others) {
  ASSERT_TRUE(store_->begin());
  for (std::uint32_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(store_->savepoint());
    const std::vector files{audio_file("/m/" + std::to_string(i), i)};
    ASSERT_TRUE(store_->record(files, now_us_));
    if (i == 1)
      store_->undo();
    else
      ASSERT_TRUE(store_->release());
  }
  ASSERT_TRUE(store_->commit());
  EXPECT_EQ(queue().ready, 2);
}

TEST_P(library_store_contract, refuses_to_work_outside_a_transaction) {
  EXPECT_FALSE(store_->record(std::vector{audio_file("/m/a", 1)}, now_us_));
  EXPECT_FALSE(store_->savepoint());
  EXPECT_FALSE(store_->commit());
  EXPECT_EQ(queue().ready, 0);
}

} // namespace troupe::contracts
