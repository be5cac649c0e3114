#include "domain/dispatch/worker_pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <vector>

namespace troupe {
namespace {

constexpr auto kind = job_kind::audio_analyze;

claimed_job job_of(int number, std::int64_t claim = 1) {
  claimed_job job;
  job.key = {job_id{number}, claim};
  return job;
}

pool_limits limits_of(int slots) {
  pool_limits limits;
  limits.slots = slots;
  return limits;
}

/// A pool whose slots are all occupied by workers that wait.
worker_pool waiting_pool(int slots) {
  worker_pool pool{kind, limits_of(slots)};
  for (int slot = 0; slot < slots; ++slot)
    EXPECT_TRUE(pool.ask(pool.occupy(slot)));
  return pool;
}

// -- size ---------------------------------------------------------------------

TEST(worker_pool_test, grows_by_vacant_slots) {
  auto pool = waiting_pool(1);
  pool.resize(3);
  EXPECT_EQ(pool.wanted(), 3);
  EXPECT_EQ(pool.vacant(), (std::vector{1, 2}));
  EXPECT_TRUE(pool.ask(pool.occupy(2)));
  EXPECT_EQ(pool.idle(), 2);
}

TEST(worker_pool_test, shrinks_idle_slots_at_once_and_busy_ones_at_their_end) {
  auto pool = waiting_pool(3);
  const auto seat = pool.assign(job_of(1), 0, 0);
  ASSERT_EQ(seat.slot, 0);
  pool.resize(0);
  EXPECT_EQ(pool.idle(), 0);
  EXPECT_EQ(pool.surplus(), (std::vector{1, 2}));
  pool.retire(1);
  pool.retire(2);
  EXPECT_EQ(pool.live(), 1);
  EXPECT_TRUE(pool.end(seat, {job_id{1}, 1}, true));
  EXPECT_TRUE(pool.ask(seat));
  EXPECT_EQ(pool.idle(), 0);
  EXPECT_EQ(pool.surplus(), std::vector{0});
  pool.retire(0);
  EXPECT_TRUE(pool.vacant().empty());
}

TEST(worker_pool_test, takes_no_retirement_for_a_death) {
  auto limits = limits_of(2);
  limits.restarts.restarts_max = 0;
  worker_pool pool{kind, limits};
  const auto seat = pool.occupy(1);
  EXPECT_TRUE(pool.ask(seat));
  pool.resize(1);
  pool.retire(1);
  EXPECT_TRUE(pool.bury(seat, 0).empty());
  EXPECT_TRUE(pool.broken().empty());
  pool.resize(2);
  EXPECT_FALSE(pool.ask(seat));
  EXPECT_EQ(pool.occupy(1).incarnation, seat.incarnation + 1);
}

// -- slots --------------------------------------------------------------------

TEST(worker_pool_test, starts_vacant) {
  const worker_pool pool{kind, limits_of(3)};
  EXPECT_EQ(pool.vacant(), (std::vector{0, 1, 2}));
  EXPECT_EQ(pool.idle(), 0);
  EXPECT_EQ(pool.live(), 0);
  EXPECT_FALSE(pool.next_deadline_ms());
}

TEST(worker_pool_test, gives_nothing_before_a_worker_asked) {
  worker_pool pool{kind, limits_of(1)};
  const auto seat = pool.occupy(0);
  EXPECT_EQ(pool.live(), 1);
  EXPECT_EQ(pool.idle(), 0);
  EXPECT_TRUE(pool.ask(seat));
  EXPECT_EQ(pool.idle(), 1);
}

TEST(worker_pool_test, takes_a_job_to_its_end) {
  auto pool = waiting_pool(2);
  const auto seat = pool.assign(job_of(1), 5'000, 5);
  EXPECT_EQ(pool.busy(), 1);
  EXPECT_EQ(pool.idle(), 1);
  EXPECT_TRUE(pool.holds({job_id{1}, 1}));
  EXPECT_FALSE(pool.holds({job_id{1}, 2}));
  EXPECT_FALSE(pool.ask(seat)) << "it holds a job";
  const auto held = pool.end(seat, {job_id{1}, 1}, true);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->started_us, 5'000);
  EXPECT_EQ(pool.counters(seat.slot).succeeded, 1);
  EXPECT_EQ(pool.busy(), 0);
  EXPECT_EQ(pool.idle(), 1) << "it has not asked again";
}

TEST(worker_pool_test, ignores_another_claim_of_the_same_job) {
  auto pool = waiting_pool(1);
  const auto seat = pool.assign(job_of(1, 2), 0, 0);
  EXPECT_FALSE(pool.end(seat, {job_id{1}, 1}, true));
  EXPECT_FALSE(pool.beat(seat, {job_id{1}, 1}, 1.0, 1.0, 1));
  EXPECT_EQ(pool.counters(0).succeeded, 0);
  EXPECT_EQ(pool.busy(), 1);
}

TEST(worker_pool_test, ignores_seats_out_of_range) {
  auto pool = waiting_pool(1);
  for (const int slot : {-1, 1, 1'000})
    EXPECT_FALSE(pool.ask({kind, slot, 1})) << slot;
}

TEST(worker_pool_test, tells_a_worker_once_to_cancel) {
  auto pool = waiting_pool(2);
  const auto seat = pool.assign(job_of(1), 0, 0);
  EXPECT_FALSE(pool.cancel(job_id{2}));
  EXPECT_EQ(pool.cancel(job_id{1}), seat);
  EXPECT_FALSE(pool.cancel(job_id{1}));
}

// -- deadlines ----------------------------------------------------------------

TEST(worker_pool_test, extends_the_deadline_by_beat_and_length) {
  auto pool = waiting_pool(2);
  const auto seat = pool.assign(job_of(1), 0, 1'000);
  EXPECT_EQ(pool.next_deadline_ms(), 31'000);
  EXPECT_TRUE(pool.beat(seat, {job_id{1}, 1}, 2.0, 600.0, 2'000));
  // 30 s and 100 ms for each of 600 s.
  EXPECT_EQ(pool.next_deadline_ms(), 2'000 + 30'000 + 60'000);
  EXPECT_EQ(pool.held(seat.slot).at(0).media_s, 2.0);
  EXPECT_TRUE(pool.overdue(91'999).empty());
  EXPECT_EQ(pool.overdue(92'000), std::vector{seat.slot});
}

TEST(worker_pool_test, names_the_earliest_deadline) {
  auto pool = waiting_pool(3);
  (void)pool.assign(job_of(1), 0, 500);
  (void)pool.assign(job_of(2), 0, 100);
  (void)pool.assign(job_of(3), 0, 900);
  EXPECT_EQ(pool.next_deadline_ms(), 30'100);
  EXPECT_EQ(pool.overdue(30'500).size(), 2U);
}

// -- workers that hold several jobs -------------------------------------------

/// A worker that takes three jobs at once, each in hand from 0 ms on.
class deep_worker_test : public ::testing::Test {
protected:
  deep_worker_test() {
    EXPECT_TRUE(pool.ask(seat));
    for (int number = 1; number <= 3; ++number)
      EXPECT_EQ(pool.assign(job_of(number), 0, 0), seat);
  }

  static pool_limits limits() {
    auto found = limits_of(1);
    found.depth = 3;
    return found;
  }

  static std::vector<job_id> ids_of(const std::vector<held_job>& jobs) {
    std::vector<job_id> found;
    for (const auto& held : jobs)
      found.push_back(held.job.key.job);
    return found;
  }

  worker_pool pool{kind, limits()};
  worker_seat seat = pool.occupy(0);
};

TEST_F(deep_worker_test, has_a_place_for_each_job_that_ended) {
  EXPECT_EQ(pool.idle(), 0);
  EXPECT_EQ(pool.busy(), 3);
  EXPECT_TRUE(pool.end(seat, {job_id{2}, 1}, true));
  EXPECT_EQ(pool.idle(), 0) << "it has not asked yet";
  EXPECT_TRUE(pool.ask(seat));
  EXPECT_EQ(pool.idle(), 1);
  EXPECT_EQ(ids_of(pool.held(0)), (std::vector{job_id{1}, job_id{3}}));
  EXPECT_FALSE(pool.end(seat, {job_id{2}, 1}, true)) << "it ended already";
}

TEST_F(deep_worker_test, lives_as_long_as_it_speaks_of_any_of_its_jobs) {
  EXPECT_EQ(pool.overdue(30'000), std::vector{0});
  EXPECT_TRUE(pool.beat(seat, {job_id{1}, 1}, 0.0, 0.0, 20'000));
  EXPECT_TRUE(pool.overdue(49'999).empty());
  EXPECT_EQ(pool.overdue(50'000), std::vector{0});
}

TEST_F(deep_worker_test, is_blamed_for_the_job_that_it_spoke_of_last) {
  EXPECT_TRUE(pool.beat(seat, {job_id{1}, 1}, 0.0, 0.0, 1'000));
  EXPECT_TRUE(pool.beat(seat, {job_id{2}, 1}, 0.0, 0.0, 2'000));
  EXPECT_EQ(ids_of(pool.write_off(0)),
            (std::vector{job_id{2}, job_id{3}, job_id{1}}));
  EXPECT_EQ(pool.stuck(), 1);
}

TEST_F(deep_worker_test, is_blamed_for_its_first_job_before_it_spoke) {
  EXPECT_EQ(ids_of(pool.bury(seat, 0)),
            (std::vector{job_id{1}, job_id{2}, job_id{3}}));
  EXPECT_EQ(pool.busy(), 0);
  EXPECT_EQ(pool.vacant(), std::vector{0});
}

TEST_F(deep_worker_test, is_asked_to_end_the_one_job_that_was_cancelled) {
  EXPECT_EQ(pool.cancel(job_id{3}), seat);
  EXPECT_EQ(pool.cancel(job_id{3}), std::nullopt);
  EXPECT_TRUE(pool.held(0).at(2).cancelling);
}

TEST(worker_pool_test, gives_the_next_job_to_whoever_holds_least) {
  auto limits = limits_of(2);
  limits.depth = 2;
  worker_pool pool{kind, limits};
  EXPECT_TRUE(pool.ask(pool.occupy(0)));
  EXPECT_TRUE(pool.ask(pool.occupy(1)));
  EXPECT_EQ(pool.idle(), 4);
  const std::vector<int> slots{
    pool.assign(job_of(1), 0, 0).slot, pool.assign(job_of(2), 0, 0).slot,
    pool.assign(job_of(3), 0, 0).slot, pool.assign(job_of(4), 0, 0).slot};
  EXPECT_EQ(slots, (std::vector{0, 1, 0, 1}));
}

// -- deaths -------------------------------------------------------------------

TEST(worker_pool_test, gives_back_what_a_dead_worker_held) {
  auto pool = waiting_pool(2);
  const auto seat = pool.assign(job_of(1), 0, 0);
  const auto lost = pool.bury(seat, 0);
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_EQ(lost[0].job.key.job, job_id{1});
  EXPECT_EQ(pool.vacant(), std::vector{seat.slot});
  const auto next = pool.occupy(seat.slot);
  EXPECT_EQ(next.incarnation, seat.incarnation + 1);
  EXPECT_TRUE(pool.bury(seat, 0).empty()) << "buried once";
  EXPECT_EQ(pool.live(), 2);
}

TEST(worker_pool_test, breaks_at_the_sixth_death_within_ten_seconds) {
  auto pool = waiting_pool(1);
  auto seat = pool.seat(0);
  for (int death = 1; death <= 6; ++death) {
    (void)pool.bury(seat, death);
    EXPECT_EQ(pool.broken().empty(), death < 6) << death;
    if (death < 6)
      seat = pool.occupy(0);
  }
  EXPECT_TRUE(pool.vacant().empty());
  EXPECT_EQ(pool.idle(), 0);
}

TEST(worker_pool_test, tolerates_two_stuck_threads_and_no_third) {
  auto pool = waiting_pool(4);
  for (int stuck = 1; stuck <= 3; ++stuck) {
    const auto seat = pool.assign(job_of(stuck), 0, 0);
    EXPECT_EQ(pool.write_off(seat.slot).at(0).job.key.job, job_id{stuck});
    EXPECT_EQ(pool.stuck(), stuck);
    EXPECT_EQ(pool.broken().empty(), stuck <= 2) << stuck;
    EXPECT_EQ(pool.counters(seat.slot).failed, stuck)
      << "the same slot each time";
    if (stuck <= 2) {
      EXPECT_TRUE(pool.ask(pool.occupy(seat.slot)));
    }
  }
  EXPECT_NE(pool.broken().find("3 threads"), std::string::npos);
}

TEST(worker_pool_test, forgets_a_thread_that_came_back) {
  auto pool = waiting_pool(4);
  // One at a time, ten times over: never three at once.
  for (int i = 0; i < 10; ++i) {
    const auto seat = pool.assign(job_of(i), 0, 0);
    (void)pool.write_off(seat.slot);
    EXPECT_TRUE(pool.ask(pool.occupy(seat.slot)));
    pool.unstick();
    EXPECT_EQ(pool.stuck(), 0);
  }
  EXPECT_TRUE(pool.broken().empty());
}

TEST(worker_pool_test, keeps_the_first_reason_for_being_broken) {
  auto pool = waiting_pool(1);
  pool.fail("no model");
  pool.fail("another");
  EXPECT_EQ(pool.broken(), "no model");
  EXPECT_EQ(pool.idle(), 0);
}

// -- any sequence of events ---------------------------------------------------

/// Plays random events against a pool and keeps books of its own.
class pool_player {
public:
  explicit pool_player(std::uint64_t seed) : random_(seed) {
    auto limits = limits_of(slots);
    // Wide, so that the pool lives through the whole game.
    limits.restarts = {1'000'000, 1};
    limits.stuck_max = 1'000'000;
    pool_.emplace(kind, limits);
  }

  void step() {
    now_ms_ += static_cast<std::int64_t>(random_() % 10);
    switch (random_() % 8) {
    case 0:
      return occupy();
    case 1:
      return ask();
    case 2:
      return assign();
    case 3:
      return beat();
    case 4:
      return end();
    case 5:
      return bury();
    case 6:
      return write_off();
    default:
      return speak_from_the_grave();
    }
  }

  void check() const {
    ASSERT_EQ(pool_->live() + static_cast<int>(pool_->vacant().size()), slots);
    int idle = 0;
    int busy = 0;
    for (int slot = 0; slot < slots; ++slot) {
      const auto found = live_.find(slot);
      const auto& jobs = pool_->held(slot);
      const auto* held = jobs.empty() ? nullptr : &jobs.front();
      const bool has_job = found != live_.end() && found->second.job != 0;
      ASSERT_EQ(held != nullptr, has_job);
      if (held != nullptr) {
        ASSERT_EQ(held->job.key.job, job_id{found->second.job});
      }
      idle += found != live_.end() && found->second.waiting ? 1 : 0;
      busy += has_job ? 1 : 0;
    }
    ASSERT_EQ(pool_->live(), static_cast<int>(live_.size()));
    ASSERT_EQ(pool_->idle(), idle);
    ASSERT_EQ(pool_->busy(), busy);
    ASSERT_EQ(pool_->stuck(), stuck_);
    ASSERT_LE(pool_->busy() + pool_->idle(), pool_->live());
  }

private:
  static constexpr int slots = 5;

  struct holder {
    worker_seat seat;
    bool waiting = false;
    /// 0 = none.
    int job = 0;
  };

  holder* some_live() {
    if (live_.empty())
      return nullptr;
    auto some = live_.begin();
    std::advance(some, static_cast<int>(random_() % live_.size()));
    return &some->second;
  }

  void occupy() {
    const auto free = pool_->vacant();
    if (free.empty())
      return;
    const auto seat = pool_->occupy(free[random_() % free.size()]);
    live_[seat.slot] = {seat, false, 0};
  }

  void ask() {
    auto* who = some_live();
    if (who == nullptr)
      return;
    const bool heard = pool_->ask(who->seat);
    EXPECT_EQ(heard, who->job == 0);
    who->waiting = who->waiting || heard;
  }

  void assign() {
    if (pool_->idle() == 0)
      return;
    const auto seat = pool_->assign(job_of(++jobs_), 0, now_ms_);
    auto& who = live_.at(seat.slot);
    EXPECT_EQ(who.seat, seat);
    EXPECT_TRUE(who.waiting);
    who.waiting = false;
    who.job = jobs_;
  }

  void beat() {
    auto* who = some_live();
    if (who == nullptr)
      return;
    EXPECT_EQ(pool_->beat(who->seat, {job_id{who->job}, 1}, 0.0, 0.0, now_ms_),
              who->job != 0);
  }

  void end() {
    auto* who = some_live();
    if (who == nullptr)
      return;
    EXPECT_EQ(pool_->end(who->seat, {job_id{who->job}, 1}, true).has_value(),
              who->job != 0);
    who->job = 0;
  }

  void bury() {
    auto* who = some_live();
    if (who == nullptr)
      return;
    EXPECT_EQ(!pool_->bury(who->seat, now_ms_).empty(), who->job != 0);
    retire(*who);
  }

  void write_off() {
    auto* who = some_live();
    if (who == nullptr || who->job == 0)
      return;
    EXPECT_EQ(pool_->write_off(who->seat.slot).at(0).job.key.job,
              job_id{who->job});
    ++stuck_;
    retire(*who);
    if (random_() % 2 == 0) {
      pool_->unstick();
      --stuck_;
    }
  }

  void retire(const holder& who) {
    dead_.push_back(who);
    live_.erase(dead_.back().seat.slot);
  }

  /// No stale incarnation ever has an effect.
  void speak_from_the_grave() {
    if (dead_.empty())
      return;
    const auto& who = dead_[random_() % dead_.size()];
    const claim_key key{job_id{who.job}, 1};
    EXPECT_FALSE(pool_->ask(who.seat));
    EXPECT_FALSE(pool_->beat(who.seat, key, 1.0, 1.0, now_ms_));
    EXPECT_FALSE(pool_->end(who.seat, key, true));
    EXPECT_TRUE(pool_->bury(who.seat, now_ms_).empty());
  }

  std::mt19937_64 random_;
  std::optional<worker_pool> pool_;
  std::map<int, holder> live_;
  std::vector<holder> dead_;
  std::int64_t now_ms_ = 0;
  int jobs_ = 0;
  int stuck_ = 0;
};

TEST(worker_pool_test, keeps_its_invariants_over_any_sequence_of_events) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    pool_player player{seed};
    // Together 100,000 events.
    for (int step = 0; step < 25'000; ++step) {
      player.step();
      player.check();
      ASSERT_FALSE(::testing::Test::HasFailure())
        << "seed " << seed << " step " << step;
    }
  }
}

} // namespace
} // namespace troupe
