#include "domain/jobs/job_machine.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <set>
#include <string_view>

namespace troupe {
namespace {

constexpr std::array<job_state, 8> states{
  job_state::scheduled, job_state::ready,      job_state::running,
  job_state::retry,     job_state::done,       job_state::failed,
  job_state::cancelled, job_state::quarantined};

constexpr std::array<job_event, 10> events{
  job_event::due,          job_event::claim,      job_event::succeed,
  job_event::fail_for_now, job_event::fail,       job_event::hand_back,
  job_event::cancel,       job_event::quarantine, job_event::retry,
  job_event::release};

// Rows: states as above; columns: events as above. The letter is the initial
// of the state it leads to (R = ready, r = running, t = retry); '.': it cannot
// happen there.
constexpr std::array<std::string_view, 8> grid{
  // dclsFfhcqR: due claim succeed fail_for_now fail hand_back cancel
  //            quarantine retry release
  "R.....C.R.", // scheduled
  ".r....CQ..", // ready
  "..DtFRCQ..", // running
  "R.....C.R.", // retry
  "..........", // done
  "........R.", // failed
  "........R.", // cancelled
  "......C..R", // quarantined
};

std::optional<job_state> meant_by(char letter) {
  switch (letter) {
  case 'R':
    return job_state::ready;
  case 'r':
    return job_state::running;
  case 't':
    return job_state::retry;
  case 'D':
    return job_state::done;
  case 'F':
    return job_state::failed;
  case 'C':
    return job_state::cancelled;
  case 'Q':
    return job_state::quarantined;
  default:
    return std::nullopt;
  }
}

TEST(job_machine_test, allows_exactly_the_transitions_of_the_grid) {
  for (std::size_t row = 0; row < states.size(); ++row)
    for (std::size_t column = 0; column < events.size(); ++column)
      EXPECT_EQ(next_state(states[row], events[column]),
                meant_by(grid[row][column]))
        << "from " << to_string(states[row]) << " by event " << column;
}

TEST(job_machine_test, is_claimed_only_when_ready) {
  for (const auto state : states)
    EXPECT_EQ(next_state(state, job_event::claim).has_value(),
              state == job_state::ready);
}

TEST(job_machine_test, never_leaves_done) {
  for (const auto event : events)
    EXPECT_FALSE(next_state(job_state::done, event));
}

TEST(job_machine_test, reaches_every_state_from_scheduled) {
  std::set<job_state> reached{job_state::scheduled};
  for (std::size_t before = 0; before != reached.size();) {
    before = reached.size();
    for (const auto state : std::set{reached})
      for (const auto event : events)
        if (const auto next = next_state(state, event))
          reached.insert(*next);
  }
  EXPECT_EQ(reached.size(), states.size());
}

TEST(job_machine_test, returns_to_ready_from_every_state_but_done) {
  for (const auto start : states) {
    std::set<job_state> reached{start};
    for (std::size_t before = 0; before != reached.size();) {
      before = reached.size();
      for (const auto state : std::set{reached})
        for (const auto event : events)
          if (const auto next = next_state(state, event))
            reached.insert(*next);
    }
    EXPECT_EQ(reached.contains(job_state::ready), start != job_state::done)
      << to_string(start);
  }
}

} // namespace
} // namespace troupe
