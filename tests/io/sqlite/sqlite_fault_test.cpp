#include "io/sqlite/sqlite_library_reader.hpp"
#include "io/sqlite/sqlite_library_store.hpp"
#include "tests/contracts/library_fixture.hpp"
#include "tests/fakes/layered_vfs.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <iostream>
#include <set>

namespace troupe {

namespace {

using contracts::audio_file;
using contracts::second_us;
using contracts::two_recipes;

/// Lets the n-th call of one sort fail, once; 0: none.
struct fault {
  fakes::vfs_call call = fakes::vfs_call::write;
  int code = SQLITE_OK;
  std::int64_t nth = 0;
  std::int64_t seen = 0;
  bool fired = false;
};

fault& planned() {
  static fault plan;
  return plan;
}

void plan_fault(fakes::vfs_call call, int code, std::int64_t nth) {
  fakes::register_layered_vfs("faults", [](const fakes::vfs_event& event) {
    auto& plan = planned();
    if (plan.nth == 0 || event.call != plan.call || ++plan.seen != plan.nth)
      return SQLITE_OK;
    plan.fired = true;
    return plan.code;
  });
  planned() = {call, code, nth, 0, false};
}

result<std::unique_ptr<library_store>> open_on(const std::string& file,
                                               const std::string& vfs) {
  io::sqlite_library_options options;
  options.file = file;
  options.vfs = vfs;
  options.recipes = two_recipes();
  return io::open_sqlite_library_store(options);
}

/// What a run was told to have happened.
struct told {
  std::vector<std::string> recorded;
  std::set<std::string> analysed;
  int failures = 0;
};

/// Does one transaction; its promises count only if the commit succeeded.
template <class Body>
bool transact(library_store& store, told& outcome, Body body) {
  bool sound = static_cast<bool>(store.begin());
  if (sound && !body()) {
    store.rollback();
    sound = false;
  } else if (sound) {
    sound = static_cast<bool>(store.commit());
  }
  outcome.failures += sound ? 0 : 1;
  return sound;
}

/// Opens, records, analyses and moves the log; goes on after each failure, as
/// the LIBRARIAN does.
told run_scenario(const std::string& file) {
  told outcome;
  auto opened = open_on(file, "faults");
  if (!opened) {
    ++outcome.failures;
    return outcome;
  }
  auto& store = **opened;
  std::int64_t now_us = 1'700'000'000 * second_us;
  std::int64_t epoch = 0;
  transact(store, outcome, [&] {
    auto started = store.start_epoch(now_us);
    epoch = started ? started->epoch : 0;
    return static_cast<bool>(started);
  });
  for (std::uint32_t round = 0; round < 6; ++round) {
    const std::vector files{
      audio_file("/m/" + std::to_string(round), round + 1)};
    if (transact(store, outcome, [&] {
          return static_cast<bool>(store.record(files, now_us));
        }))
      outcome.recorded.push_back(files[0].path);
    settle_report claims;
    settle_request request{epoch, now_us, {}, {}};
    request.claims.push_back({job_kind::audio_analyze, 1, false});
    const bool claimed = transact(store, outcome, [&] {
      auto settled = store.settle(request);
      if (settled)
        claims = *settled;
      return static_cast<bool>(settled);
    });
    if (!claimed || claims.claimed.empty())
      continue;
    attempt_end end;
    end.key = claims.claimed[0].key;
    end.output = job_output{std::string(6000, 'x'), "", {}};
    const settle_request finish{epoch, now_us, {end}, {}};
    settle_report ended;
    if (transact(store, outcome,
                 [&] {
                   auto settled = store.settle(finish);
                   if (settled)
                     ended = *settled;
                   return static_cast<bool>(settled);
                 })
        && ended.verdicts[0] == end_verdict::accepted)
      outcome.analysed.insert(claims.claimed[0].path);
    if (!store.checkpoint(true))
      ++outcome.failures;
  }
  return outcome;
}

/// Opens the library without faults and looks for broken promises.
void expect_kept(const std::string& file, const told& outcome) {
  auto opened = open_on(file, "");
  ASSERT_TRUE(opened) << opened.failure().detail;
  const auto findings = (*opened)->check();
  ASSERT_TRUE(findings);
  EXPECT_TRUE(findings->empty()) << findings->front();
  auto reader = io::open_sqlite_library_reader(file, two_recipes());
  ASSERT_TRUE(reader) << reader.failure().detail;
  for (const auto& path : outcome.recorded)
    EXPECT_TRUE((*reader)->entry_at(path)) << path;
  for (const auto& path : outcome.analysed) {
    const auto entry = (*reader)->entry_at(path);
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->state, entry_state::done) << path;
  }
  const auto status = (*reader)->status();
  ASSERT_TRUE(status);
  EXPECT_GE(status->results_accepted,
            static_cast<std::int64_t>(outcome.analysed.size()));
}

struct fault_case {
  const char* name;
  fakes::vfs_call call;
  int code;
};

class sqlite_fault_test : public testing::TestWithParam<fault_case> {};

} // namespace

TEST_P(sqlite_fault_test, never_acknowledges_what_did_not_happen) {
  // Every call for the full campaign, else every eleventh: there are hundreds.
  const char* campaign = std::getenv("TROUPE_CAMPAIGN");
  const bool full = campaign != nullptr && std::string{campaign} == "full";
  const std::int64_t stride = full ? 1 : 11;
  const auto made = GetParam();
  std::int64_t runs = 0;
  std::int64_t with_failures = 0;
  for (std::int64_t nth = 1;; nth += stride) {
    const fakes::scratch_folder folder{fakes::memory_disk()};
    const auto file = folder.at("library.db");
    plan_fault(made.call, made.code, nth);
    const auto outcome = run_scenario(file);
    const bool fired = planned().fired;
    plan_fault(made.call, SQLITE_OK, 0);
    expect_kept(file, outcome);
    if (HasFatalFailure() || HasNonfatalFailure()) {
      ADD_FAILURE() << "fault at call " << nth;
      break;
    }
    if (!fired) {
      // Nothing was in the way: everything must have been done.
      EXPECT_EQ(outcome.failures, 0);
      EXPECT_EQ(outcome.analysed.size(), 6U);
      break;
    }
    ++runs;
    with_failures += outcome.failures > 0 ? 1 : 0;
    // One failing call must not stop the store for good: of 6 rounds, those
    // that it does not touch succeed.
    if (outcome.failures > 0 && !outcome.recorded.empty()) {
      EXPECT_GE(outcome.recorded.size(), 4U) << "fault at call " << nth;
    }
  }
  std::cout << made.name << ": " << runs << " faults, " << with_failures
            << " seen as failures\n";
  EXPECT_GT(runs, 0);
}

INSTANTIATE_TEST_SUITE_P(
  sqlite, sqlite_fault_test,
  testing::Values(
    fault_case{"write_eio", fakes::vfs_call::write, SQLITE_IOERR_WRITE},
    fault_case{"write_enospc", fakes::vfs_call::write, SQLITE_FULL},
    fault_case{"sync_eio", fakes::vfs_call::sync, SQLITE_IOERR_FSYNC},
    fault_case{"read_eio", fakes::vfs_call::read, SQLITE_IOERR_READ},
    fault_case{"lock_busy", fakes::vfs_call::lock, SQLITE_BUSY},
    fault_case{"truncate_eio", fakes::vfs_call::truncate,
               SQLITE_IOERR_TRUNCATE}),
  [](const auto& made) { return std::string{made.param.name}; });

} // namespace troupe
