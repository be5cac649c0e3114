#include "domain/jobs/why_not_running.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace troupe {
namespace {

constexpr std::int64_t minute_us = 60'000'000;

/// A ready job with a free worker, ten minutes after the clock's zero.
idle_facts ready_job() {
  idle_facts facts;
  facts.job.ulid = "01J";
  facts.pool = {true, 2, 0, {}};
  facts.served = true;
  facts.holder = "pid 7 (troupe node)";
  facts.now_us = 10 * minute_us;
  return facts;
}

pause paused(pause_scope scope, job_kind kind = job_kind::audio_analyze) {
  return {{scope, kind}, "uid:1000", "backup", 8 * minute_us, 0};
}

struct situation {
  idle_cause cause;
  /// Stands in the sentence.
  std::string named;
  std::function<void(idle_facts&)> arrange;
};

std::vector<situation> states() {
  return {
    {idle_cause::done, "done",
     [](idle_facts& x) {
       x.job.state = job_state::done;
     }},
    {idle_cause::failed, "jobs retry 01J",
     [](idle_facts& x) {
       x.job.state = job_state::failed;
     }},
    {idle_cause::cancelled, "jobs retry 01J",
     [](idle_facts& x) {
       x.job.state = job_state::cancelled;
     }},
    {idle_cause::quarantined, "release 000000000000",
     [](idle_facts& x) {
       x.job.state = job_state::quarantined;
     }},
    {idle_cause::running, "pid 7",
     [](idle_facts& x) {
       x.job.state = job_state::running;
     }},
    {idle_cause::not_before, "5 min",
     [](idle_facts& x) {
       x.job.state = job_state::retry;
       x.job.not_before_us = 15 * minute_us;
     }},
  };
}

std::vector<situation> kinds() {
  return {
    {idle_cause::paused, "uid:1000 since 2 min: backup",
     [](idle_facts& x) {
       x.held.pauses = {paused(pause_scope::one_kind)};
     }},
    {idle_cause::paused, "admin resume",
     [](idle_facts& x) {
       x.held.pauses = {paused(pause_scope::every_kind)};
     }},
    {idle_cause::about_to_run, "about to run",
     [](idle_facts& x) {
       x.held.pauses = {paused(pause_scope::one_kind, job_kind::image_embed),
                        paused(pause_scope::intake)};
     }},
    {idle_cause::nothing_runs, "troupe node",
     [](idle_facts& x) {
       x.served = false;
     }},
    {idle_cause::no_worker, "audio.analyze",
     [](idle_facts& x) {
       x.pool.present = false;
     }},
    {idle_cause::pool_broken, "3 threads hang",
     [](idle_facts& x) {
       x.pool.broken = "3 threads hang";
     }},
    {idle_cause::scaled_to_nothing, "scaled to 0",
     [](idle_facts& x) {
       x.pool.slots = 0;
     }},
    {idle_cause::library_trouble, "disk full",
     [](idle_facts& x) {
       x.trouble = "disk full";
     }},
    {idle_cause::shutting_down, "ending",
     [](idle_facts& x) {
       x.shutting_down = true;
     }},
  };
}

std::vector<situation> places() {
  return {
    {idle_cause::behind_others, "behind 4",
     [](idle_facts& x) {
       x.job.ahead = 4;
     }},
    {idle_cause::runs_alone, "must run alone",
     [](idle_facts& x) {
       x.job.alone = true;
       x.busy_in_all = 1;
     }},
    {idle_cause::other_runs_alone, "runs alone",
     [](idle_facts& x) {
       x.one_runs_alone = true;
     }},
    {idle_cause::memory, "64 MiB",
     [](idle_facts& x) {
       x.memory_wanted_mib = 64;
     }},
    {idle_cause::workers_busy, "all 2 workers",
     [](idle_facts& x) {
       x.pool.busy = 2;
     }},
    {idle_cause::about_to_run, "about to run",
     [](idle_facts&) {
     }},
  };
}

void check(const std::vector<situation>& all) {
  for (const auto& x : all) {
    auto facts = ready_job();
    facts.job.kind = job_kind::audio_analyze;
    facts.job.state = job_state::ready;
    x.arrange(facts);
    const auto answer = why_not_running(facts);
    EXPECT_EQ(to_string(answer.cause), to_string(x.cause)) << x.named;
    EXPECT_NE(answer.text.find(x.named), std::string::npos) << answer.text;
    EXPECT_EQ(answer.job, "01J");
  }
}

TEST(why_not_running_test, names_the_state_where_that_says_it_all) {
  check(states());
}

TEST(why_not_running_test, names_what_stops_every_job_of_its_kind) {
  check(kinds());
}

TEST(why_not_running_test, names_what_stops_this_job_alone) {
  check(places());
}

TEST(why_not_running_test, names_the_most_decisive_cause_first) {
  auto facts = ready_job();
  facts.job.state = job_state::ready;
  facts.job.ahead = 4;
  facts.pool.busy = 2;
  facts.held.pauses = {paused(pause_scope::one_kind)};
  EXPECT_EQ(why_not_running(facts).cause, idle_cause::paused);
  facts.job.state = job_state::failed;
  EXPECT_EQ(why_not_running(facts).cause, idle_cause::failed);
}

TEST(why_not_running_test, blames_the_import_for_a_file_without_a_job) {
  const auto answer =
    why_not_recorded("/m/a.wav", {errc::refused, "intake is held: anna"});
  EXPECT_EQ(answer.cause, idle_cause::import_hold);
  EXPECT_EQ(answer.text, "/m/a.wav has no job: intake is held: anna");
}

} // namespace
} // namespace troupe
