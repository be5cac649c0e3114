#pragma once

#include "domain/dispatch/restart_policy.hpp"
#include "domain/jobs/job.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// A place for a worker, and which of its successive holders is meant.
struct worker_seat {
  job_kind kind = job_kind::audio_analyze;
  /// In [0, slots).
  int slot = 0;
  /// Rises by one with each worker spawned for the slot; messages of an
  /// earlier incarnation are stale.
  std::int64_t incarnation = 0;

  friend bool operator==(const worker_seat&, const worker_seat&) = default;
};

/// Size and limits of a pool.
struct pool_limits {
  int slots = 1;
  /// Jobs that one worker may hold at once, in [1, 65536].
  int depth = 1;
  /// A job's time limit: this, and `per_media_s_ms` for each second of media
  /// once the worker knows the length.
  std::int64_t time_limit_ms = 30'000;
  double per_media_s_ms = 100.0;
  /// Threads that may hang in a decoder for ever; one more breaks the pool.
  /// Two, because one bad file that spins and one that sleeps must not stop
  /// the others.
  int stuck_max = 2;
  restart_limits restarts;
};

/// A job in a slot.
struct held_job {
  claimed_job job;
  std::int64_t started_us = 0;
  std::int64_t started_ms = 0;
  std::int64_t deadline_ms = 0;
  /// Where it is by the last beat.
  double media_s = 0.0;
  double duration_s = 0.0;
  /// Somebody asked for its end; the worker has been told.
  bool cancelling = false;
  /// Which of the slot's signs of life was the last about this job; 0: none,
  /// it has not begun.
  std::int64_t last_beat = 0;
};

/// Memory that a worker works in, in bytes; 0 where nobody counts it.
struct slot_memory {
  /// Its own.
  std::int64_t scratch = 0;
  /// Shared with all who work with the same numbers, and counted once there.
  std::int64_t weights = 0;
};

/// Counters of one slot, over all its incarnations.
struct slot_counters {
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  /// By its last word.
  slot_memory memory = {};
};

/// The slots of one pool as a value: who is idle, who holds what until when,
/// who died, who is stuck. Knows no actor and no clock.
///
/// Invariant: a slot is vacant, or its worker holds at most `depth` jobs, which
/// it does one after the other; unless the pool is broken, every slot below
/// `wanted` is meant to be occupied. Slots above are surplus: they get no job
/// and are to be retired once idle. The first job of a list is the one that a
/// death or a hang is blamed on: the last that the worker spoke of.
class worker_pool {
public:
  worker_pool(job_kind kind, const pool_limits& limits);

  // -- events -----------------------------------------------------------------

  /// Fills a vacant slot; the caller spawns a worker for the seat returned.
  [[nodiscard]] worker_seat occupy(int slot);

  /// The worker is ready for a job. False: stale, or it holds all it may.
  [[nodiscard]] bool ask(const worker_seat& seat);

  /// Gives a job to the worker with the most free places. @pre `idle() > 0`
  [[nodiscard]] worker_seat assign(claimed_job job, std::int64_t now_us,
                                   std::int64_t now_ms);

  /// A sign of life: the worker is at this job now. Extends the deadlines of
  /// all that it holds. False: stale.
  bool beat(const worker_seat& seat, const claim_key& key, double media_s,
            double duration_s, std::int64_t now_ms);

  /// What the worker says of its memory.
  void weigh(const worker_seat& seat, const slot_memory& memory);

  /// The worker ended a job; it gets no other before it asks. Nothing: stale,
  /// a late result.
  [[nodiscard]] std::optional<held_job>
  end(const worker_seat& seat, const claim_key& key, bool succeeded);

  /// The worker is gone; its slot is vacant. Replies the jobs it held.
  [[nodiscard]] std::vector<held_job> bury(const worker_seat& seat,
                                           std::int64_t now_ms);

  /// Writes off a worker that gives no sign of life: its slot is vacant, its
  /// thread counts as stuck until `unstick`. @pre it holds a job
  [[nodiscard]] std::vector<held_job> write_off(int slot);

  /// A written-off worker ended after all.
  void unstick();

  /// Breaks the pool by hand or by limit; no work is given out any more.
  void fail(std::string reason);

  /// Gives the pool another size, from 0; jobs in surplus slots go on.
  void resize(int slots);

  /// Vacates an idle surplus slot; the caller ends its worker, whose death
  /// then counts as none. @pre `surplus` named it
  void retire(int slot);

  /// Marks a held job as being cancelled; nothing when nobody holds it, or it
  /// is marked already.
  [[nodiscard]] std::optional<worker_seat> cancel(job_id job);

  // -- questions --------------------------------------------------------------

  [[nodiscard]] job_kind kind() const noexcept {
    return kind_;
  }

  /// Jobs that could be given out; 0 when broken.
  [[nodiscard]] int idle() const noexcept;

  /// Jobs in hand.
  [[nodiscard]] int busy() const noexcept;

  /// Slots that there are, surplus ones included: slot numbers are below this.
  [[nodiscard]] int slots() const noexcept {
    return static_cast<int>(slots_.size());
  }

  /// Slots that there should be.
  [[nodiscard]] int wanted() const noexcept {
    return wanted_;
  }

  /// Occupied surplus slots without a job.
  [[nodiscard]] std::vector<int> surplus() const;

  /// Occupied slots.
  [[nodiscard]] int live() const noexcept;

  [[nodiscard]] int stuck() const noexcept {
    return stuck_;
  }

  /// Why the pool gives out no work; empty while it does.
  [[nodiscard]] const std::string& broken() const noexcept {
    return broken_;
  }

  /// Slots without a worker; none when broken.
  [[nodiscard]] std::vector<int> vacant() const;

  /// Slots with a job past its deadline.
  [[nodiscard]] std::vector<int> overdue(std::int64_t now_ms) const;

  /// The earliest deadline; nothing while no job is in hand.
  [[nodiscard]] std::optional<std::int64_t> next_deadline_ms() const noexcept;

  /// True when a slot holds this claim.
  [[nodiscard]] bool holds(const claim_key& key) const noexcept;

  /// The seat of a slot and the jobs that it holds, in the order given.
  [[nodiscard]] worker_seat seat(int slot) const;
  [[nodiscard]] const std::vector<held_job>& held(int slot) const;
  [[nodiscard]] const slot_counters& counters(int slot) const;

private:
  struct slot_state {
    std::int64_t incarnation = 0;
    bool occupied = false;
    /// Its worker asked and has ended no job since.
    bool ready = false;
    std::vector<held_job> jobs;
    /// Signs of life so far.
    std::int64_t beats = 0;
    slot_counters counters;
  };

  /// Slots below `wanted_`, as many as there are.
  [[nodiscard]] std::ptrdiff_t meant() const noexcept;
  [[nodiscard]] slot_state* current(const worker_seat& seat) noexcept;
  [[nodiscard]] int places(const slot_state& slot) const noexcept;
  static std::vector<held_job> vacate(slot_state& slot);

  job_kind kind_;
  pool_limits limits_;
  restart_policy restarts_;
  std::vector<slot_state> slots_;
  int wanted_ = 0;
  int stuck_ = 0;
  std::string broken_;
};

} // namespace troupe
