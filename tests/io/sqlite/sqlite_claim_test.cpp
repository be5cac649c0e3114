#include "io/sqlite/sqlite_library_store.hpp"
#include "tests/contracts/library_fixture.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <iostream>
#include <map>
#include <random>

namespace troupe {

namespace {

using contracts::audio_file;
using contracts::second_us;
using contracts::two_recipes;

class sqlite_claim_test : public testing::Test {
protected:
  void SetUp() override {
    open(":memory:" + fakes::scratch_name());
  }

  void open(const std::string& file) {
    io::sqlite_library_options options;
    options.file = file;
    options.recipes = two_recipes();
    options.aging_us = aging_us;
    auto opened = io::open_sqlite_library_store(options);
    ASSERT_TRUE(opened);
    store_ = std::move(opened).value();
    ASSERT_TRUE(store_->begin());
    epoch_ = store_->start_epoch(now_us_)->epoch;
    ASSERT_TRUE(store_->commit());
  }

  void record(std::uint32_t first, std::uint32_t count) {
    std::vector<found_file> files;
    for (std::uint32_t i = first; i < first + count; ++i)
      files.push_back(audio_file("/m/" + std::to_string(i), i));
    ASSERT_TRUE(store_->begin());
    ASSERT_TRUE(store_->record(files, now_us_));
    ASSERT_TRUE(store_->commit());
  }

  settle_report settle(std::vector<attempt_end> ends,
                       std::vector<claim_order> claims) {
    EXPECT_TRUE(store_->begin());
    auto settled =
      store_->settle({epoch_, now_us_, std::move(ends), std::move(claims)});
    EXPECT_TRUE(settled);
    EXPECT_TRUE(store_->commit());
    return settled ? *settled : settle_report{};
  }

  static attempt_end end_of(const claimed_job& job, job_state next) {
    attempt_end end;
    end.key = job.key;
    end.next = next;
    if (next == job_state::done)
      end.output = job_output{"{}", {}, {}};
    else
      end.outcome = attempt_outcome::returned;
    return end;
  }

  /// VM steps of one claim and hand-back, mean of a hundred.
  std::int64_t steps_per_claim() {
    const auto before = io::sqlite_vm_steps(*store_);
    for (int i = 0; i < 100; ++i) {
      const auto claimed =
        settle({}, {{job_kind::audio_analyze, 1, false}}).claimed;
      EXPECT_EQ(claimed.size(), 1U);
      if (!claimed.empty())
        settle({end_of(claimed[0], job_state::ready)}, {});
    }
    return (io::sqlite_vm_steps(*store_) - before) / 100;
  }

  static constexpr std::int64_t aging_us = 60 * second_us;

  std::unique_ptr<library_store> store_;
  std::int64_t epoch_ = 0;
  std::int64_t now_us_ = 1'700'000'000 * second_us;
};

} // namespace

TEST_F(sqlite_claim_test, costs_the_same_however_long_the_queue_is) {
  record(1, 1'000);
  const auto few = steps_per_claim();
#ifdef __SANITIZE_ADDRESS__
  constexpr std::uint32_t jobs = 100'000;
#else
  constexpr std::uint32_t jobs = 1'000'000;
#endif
  for (std::uint32_t made = 1'000; made < jobs; made += 9'000)
    record(made + 1, 9'000);
  const auto many = steps_per_claim();
  std::cout << "VM steps per claim and return: " << few << " at 1000 ready, "
            << many << " at " << jobs << "\n";
  EXPECT_LE(many, 2 * few);
}

TEST_F(sqlite_claim_test, agrees_with_a_simple_queue_over_random_commands) {
  std::mt19937_64 random{7};
  std::vector<claimed_job> held;
  std::uint32_t files = 0;
  // The queue as it is meant: when each ready job became so, by its id.
  std::map<std::int64_t, std::int64_t> ready;
  std::int64_t next_job = 0;
  std::int64_t done = 0;
  for (int step = 0; step < 10'000; ++step) {
    now_us_ += static_cast<std::int64_t>(random() % 3) * second_us;
    switch (random() % 4) {
    case 0:
      record(++files, 1);
      // Jobs are numbered as they come.
      ready[++next_job] = now_us_;
      break;
    case 1: {
      const auto claimed =
        settle({}, {{job_kind::audio_analyze, 1, false}}).claimed;
      ASSERT_EQ(claimed.empty(), ready.empty()) << "step " << step;
      if (claimed.empty())
        break;
      // Oldest first; among equally old ones the first made.
      const auto oldest = std::min_element(
        ready.begin(), ready.end(),
        [](const auto& a, const auto& b) { return a.second < b.second; });
      ASSERT_EQ(static_cast<std::int64_t>(claimed[0].key.job), oldest->first)
        << "step " << step;
      ready.erase(oldest);
      held.push_back(claimed[0]);
      break;
    }
    default: {
      if (held.empty())
        break;
      const auto at = random() % held.size();
      const bool finished = random() % 2 == 0;
      const auto end =
        end_of(held[at], finished ? job_state::done : job_state::ready);
      ASSERT_EQ(settle({end}, {}).verdicts.at(0), end_verdict::accepted);
      ASSERT_EQ(settle({end}, {}).verdicts.at(0), end_verdict::duplicate);
      if (finished)
        ++done;
      else
        ready[static_cast<std::int64_t>(held[at].key.job)] = now_us_;
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(at));
    }
    }
  }
  EXPECT_GT(done, 500);
}

TEST_F(sqlite_claim_test, lets_a_patient_job_overtake_an_urgent_newcomer) {
  // Priorities come from clients; the library itself gives all jobs the same,
  // so they are set from outside here.
  const fakes::scratch_folder folder;
  const auto file = folder.at("library.db");
  open(file);
  record(1, 3);
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  // All three are due in the future: job 1 of priority 0 at once, job 2 of
  // priority 9 after 8 minutes, job 3 of priority 9 after 10 minutes. Nine
  // levels are worth 9 minutes: 2 goes before 1, and 1 before 3.
  const auto minute_us = 60 * second_us;
  for (const auto& [job, priority, minutes] :
       {std::tuple{1, 0, 0}, {2, 9, 8}, {3, 9, 10}}) {
    const auto sql =
      "UPDATE jobs SET state = 3, priority = " + std::to_string(priority)
      + ", not_before_us = " + std::to_string(now_us_ + minutes * minute_us)
      + " WHERE id = " + std::to_string(job);
    ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr),
              SQLITE_OK);
  }
  sqlite3_close(db);
  now_us_ += 11 * minute_us;
  ASSERT_TRUE(store_->begin());
  ASSERT_TRUE(store_->wake(std::vector{job_kind::audio_analyze}, now_us_));
  ASSERT_TRUE(store_->commit());
  std::vector<std::int64_t> order;
  for (const auto& job :
       settle({}, {{job_kind::audio_analyze, 3, false}}).claimed)
    order.push_back(static_cast<std::int64_t>(job.key.job));
  EXPECT_EQ(order, (std::vector<std::int64_t>{2, 1, 3}));
}

} // namespace troupe
