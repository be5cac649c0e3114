#pragma once

#include "domain/jobs/hold_book.hpp"
#include "domain/jobs/job.hpp"
#include "domain/ports/library_reader.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// The one cause why a job does not run. Sent: append only.
enum class idle_cause : std::uint8_t {
  /// It runs.
  running = 0,
  done = 1,
  failed = 2,
  cancelled = 3,
  quarantined = 4,
  /// It waits for its due time.
  not_before = 5,
  paused = 6,
  /// Its pool is scaled to nothing.
  scaled_to_nothing = 7,
  /// Its pool gives out no work until troupe is restarted.
  pool_broken = 8,
  /// No worker of this kind exists here.
  no_worker = 9,
  /// It must run alone, and others still run.
  runs_alone = 10,
  /// Another one runs alone, or must before long.
  other_runs_alone = 11,
  /// Not enough memory is free for it.
  memory = 12,
  /// The library cannot be written.
  library_trouble = 13,
  /// The node is on its way down.
  shutting_down = 14,
  /// Others are claimed before it.
  behind_others = 15,
  /// It is next; every worker is busy.
  workers_busy = 16,
  /// It is next, and a worker is free.
  about_to_run = 17,
  /// No process works on this library.
  nothing_runs = 18,
  /// It is not recorded: intake is held.
  import_hold = 19,
};

/// "paused", "behind_others": stable words for JSON.
[[nodiscard]] std::string_view to_string(idle_cause cause) noexcept;

/// How the pool of the job's kind stands.
struct pool_facts {
  /// Absent here: no worker of this kind.
  bool present = false;
  int slots = 0;
  int busy = 0;
  /// Empty while it works.
  std::string broken;
};

/// What decides about one job.
struct idle_facts {
  job_row job;
  held_state held;
  pool_facts pool;
  /// Some process works on the library; who, for people.
  bool served = false;
  std::string holder;
  /// Jobs in hand, all pools; and one of them runs alone.
  int busy_in_all = 0;
  bool one_runs_alone = false;
  /// MiB that the job waits for; 0 = it waits for none.
  std::int64_t memory_wanted_mib = 0;
  bool shutting_down = false;
  /// Why the library cannot be written; empty when it can.
  std::string trouble;
  std::int64_t now_us = 0;
};

struct idle_answer {
  idle_cause cause = idle_cause::about_to_run;
  /// The job, if there is one.
  std::string job;
  job_state state = job_state::ready;
  /// A sentence for people that names what would change it.
  std::string text;
};

/// The one cause, the most decisive first: its state, its due time, then what
/// stops all of its kind, then what stops it alone.
[[nodiscard]] idle_answer why_not_running(const idle_facts& facts);

/// The answer for a file that has no job because intake is held.
/// @param why as `why_intake_is_held` says
[[nodiscard]] idle_answer why_not_recorded(const std::string& path,
                                           const error& why);

} // namespace troupe
