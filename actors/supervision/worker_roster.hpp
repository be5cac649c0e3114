#pragma once

#include "actors/embedding_supervisor.hpp"
#include "actors/messages/embedding_supervisor.hpp"
#include "actors/messages/worker.hpp"
#include "domain/dispatch/claim_desk.hpp"
#include "domain/dispatch/settlement.hpp"
#include "domain/dispatch/worker_pool.hpp"

#include <caf/actor_addr.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe {

/// The SUPERVISOR's workers: spawns, monitors and addresses them. Part of the
/// SUPERVISOR, on its thread; what may happen to a slot is `worker_pool`'s.
class worker_roster {
public:
  /// A job whose worker is gone or written off.
  struct lost_job {
    std::string worker;
    held_job held;
    /// The worker was at it; else it only waited for that worker.
    bool guilty = true;
  };

  /// One pool with its workers.
  struct live_pool {
    explicit live_pool(pool_plan given)
      : plan(std::move(given)), slots(plan.kind, plan.limits) {}

    pool_plan plan;
    worker_pool slots;
    /// By slot.
    std::map<int, worker_actor> workers;
  };

  /// @param self the SUPERVISOR; outlives this
  worker_roster(supervisor_actor::pointer self, std::vector<pool_plan> plans);

  /// Ends the workers: they have nobody to ask any more.
  ~worker_roster();

  worker_roster(const worker_roster&) = delete;
  worker_roster& operator=(const worker_roster&) = delete;

  // -- events -----------------------------------------------------------------

  /// Spawns a worker for every vacant slot of a pool that is not broken.
  void fill_slots();

  /// Sends a job to an idle worker of its pool. False: there is none.
  [[nodiscard]] bool give_out(const claimed_job& job, std::int64_t now_us,
                              std::int64_t now_ms);

  /// Takes a DOWN message. True when it was one of ours; `lost` then holds the
  /// jobs that the worker had.
  bool bury(const caf::actor_addr& source, std::int64_t now_ms,
            std::vector<lost_job>& lost);

  /// Writes off every worker that is past its deadline.
  [[nodiscard]] std::vector<lost_job> write_off_overdue(std::int64_t now_ms);

  /// Writes off every worker that holds a job.
  [[nodiscard]] std::vector<lost_job> write_off_all();

  /// Gives every pool of this name ("analyzers") another size. Replies the
  /// size before; nothing when there is no such pool.
  std::optional<int> resize(const std::string& name, int slots);

  /// Ends the workers that wait in surplus slots.
  void retire_surplus();

  /// Asks the workers whose jobs `filter` names to stop; replies how many.
  int cancel(const job_filter& filter, bool hand_back, bool dry_run);

  // -- questions --------------------------------------------------------------

  [[nodiscard]] live_pool* pool(job_kind kind) noexcept;

  /// Idle workers of each pool that no claim has been asked for.
  [[nodiscard]] std::vector<pool_credit>
  credits(const settlement& underway) const;

  /// Kinds with a pool that gives out work.
  [[nodiscard]] std::vector<job_kind> working_kinds() const;

  [[nodiscard]] std::string worker_name(const worker_seat& seat) const;

  /// Jobs in hand, all pools.
  [[nodiscard]] int busy() const noexcept;

  /// A job that must run alone is in hand.
  [[nodiscard]] bool runs_alone() const noexcept;

  [[nodiscard]] bool holds(const claim_key& key) const noexcept;

  /// Why the pool of this kind gives out no work; empty while it does.
  [[nodiscard]] std::string why_gives_nothing(job_kind kind) const;

  /// Why a pool is broken; empty when none is.
  [[nodiscard]] std::string broken() const;

  [[nodiscard]] std::vector<work_in_hand> in_hand(std::int64_t now_ms) const;

  [[nodiscard]] pool_statuses statuses() const;

private:
  void write_off(live_pool& pool, int slot, std::vector<lost_job>& lost);
  void note_lost(const worker_seat& seat, std::vector<held_job> jobs,
                 std::vector<lost_job>& lost) const;

  supervisor_actor::pointer self_;

  /// A deque: pools never move once made.
  std::deque<live_pool> pools_;

  std::map<caf::actor_addr, worker_seat> seats_;
  std::set<caf::actor_addr> written_off_;
};

} // namespace troupe
