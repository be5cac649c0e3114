#pragma once

#include "actors/embedding_supervisor.hpp"
#include "actors/supervision/librarian_link.hpp"
#include "actors/supervision/waiting_room.hpp"
#include "actors/supervision/work_tally.hpp"
#include "actors/supervision/worker_roster.hpp"
#include "domain/dispatch/claim_desk.hpp"
#include "domain/dispatch/settlement.hpp"
#include "domain/dispatch/watch_timer.hpp"
#include "domain/dispatch/work_pace.hpp"
#include "domain/jobs/attempt.hpp"
#include "domain/jobs/hold_book.hpp"

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// What the SUPERVISOR claims, has in hand and settles. Part of the
/// SUPERVISOR, on its thread.
///
/// Invariant: every job that the store holds for running in this epoch is in
/// a slot, or its end is in `settlement_`, or its claim's reply was lost and
/// `find_lost_claims` returns it.
class work_floor {
public:
  /// @param self the SUPERVISOR; it, `link`, `clock` and `log` outlive this
  work_floor(supervisor_actor::pointer self,
             const supervisor_tunables& tunables, std::vector<pool_plan> pools,
             librarian_link& link, const wall_clock& clock, log_sink& log);

  work_floor(const work_floor&) = delete;
  work_floor& operator=(const work_floor&) = delete;

  // -- the start --------------------------------------------------------------

  /// The epoch has begun: fills the slots and looks for work.
  void begin(const epoch_report& report);

  [[nodiscard]] bool begun() const noexcept {
    return epoch_ != 0;
  }

  // -- workers ----------------------------------------------------------------

  void ask(const worker_seat& seat);
  void beat(const worker_beat& x);
  void end(worker_end& x);

  /// Takes a DOWN message, if it is one of a worker.
  void bury(const caf::actor_addr& source);

  /// Tells this actor how jobs end from now on.
  void tell(job_listener_actor listener) {
    listener_ = std::move(listener);
  }

  // -- what people want -------------------------------------------------------

  /// Follows what the store says is held, unless it knows better already.
  void adopt(const held_state& held);

  [[nodiscard]] const held_state& held() const noexcept {
    return held_;
  }

  /// Gives the pools of this name another size; the size before, nothing when
  /// there is none.
  std::optional<int> resize(const std::string& pool, int slots);

  /// Jobs were queued.
  void note_new_work(std::int64_t jobs);

  /// Asks the workers whose jobs `filter` names to stop; replies how many.
  int cancel(const job_filter& filter, bool hand_back, bool dry_run);

  /// Nothing is claimed any more, until `open`.
  void close();
  void open();

  /// Gives up on every worker that holds a job; its job is ready again.
  /// Replies how many.
  int abandon_all();

  /// Jobs handed back count from now on.
  void forget_handed_back() {
    tally_.forget_handed_back();
  }

  [[nodiscard]] std::int64_t handed_back() const noexcept {
    return tally_.handed_back();
  }

  /// Promises the progress for when no job can run by itself any more.
  caf::typed_response_promise<work_progress> wait_idle();

  // -- ticks ------------------------------------------------------------------

  /// Settles what has gathered and claims.
  void dispatch();

  /// Looks at deadlines, slots, lost replies and due times. False: an earlier
  /// timer meant this look.
  bool watch();

  /// Looks again at the latest after this long.
  void watch_after(std::chrono::milliseconds wait);

  void dispatch_soon();

  /// Queues what lacks a result; in the store's own time.
  void cover();

  // -- questions --------------------------------------------------------------

  /// No job is in hand and nothing on its way to the store.
  [[nodiscard]] bool at_rest() const;

  [[nodiscard]] int busy() const noexcept {
    return roster_.busy();
  }

  /// Kinds that have a pool, whatever state it is in.
  [[nodiscard]] std::vector<job_kind> kinds() const;

  /// Why no job of this kind is claimed; empty while they are.
  [[nodiscard]] std::string why_stands_still(job_kind kind) const;

  [[nodiscard]] std::vector<work_in_hand> in_hand() const;
  [[nodiscard]] work_progress progress() const;

  /// How fast jobs get done, and what they usually take.
  [[nodiscard]] std::vector<kind_pace> paces() const;

  [[nodiscard]] pool_statuses statuses() const {
    return roster_.statuses();
  }

private:
  [[nodiscard]] bool is_paused(job_kind kind) const;
  [[nodiscard]] std::vector<job_kind> claimable_kinds() const;
  [[nodiscard]] std::vector<claim_order> claim_orders();
  void settle(std::vector<claim_order> orders);
  void on_settled(std::int64_t number, settle_report& report);
  void tell_ends(const settle_request& request, const settle_report& report);
  void hand_back(const claimed_job& job);
  void end_attempt(const std::string& worker, const held_job& held,
                   work_outcome outcome);
  void time_out(const worker_roster::lost_job& lost);
  void note_ended_pauses();
  void find_lost_claims();
  void return_lost_claims(const claim_keys& stored);
  void ask_backlog();
  void on_backlog(const backlog& x);
  void see_whether_idle();
  void note_trouble(const error& why);
  void watch_soon();
  void log(log_level level, std::string_view text);

  supervisor_actor::pointer self_;
  supervisor_tunables tunables_;
  librarian_link* librarian_;
  const wall_clock* clock_;
  log_sink* log_;

  std::mt19937_64 random_;
  std::uniform_real_distribution<double> jitter_{0.0, 1.0};

  worker_roster roster_;
  claim_desk desk_;
  settlement settlement_;
  work_tally tally_;
  work_pace pace_;
  held_state held_;

  /// 0 until it has begun.
  std::int64_t epoch_ = 0;
  std::int64_t last_cover_ms_ = 0;
  /// Pauses that ended up to here have been noticed.
  std::int64_t pauses_seen_us_ = 0;

  bool closed_ = false;
  bool dispatch_on_its_way_ = false;
  bool backlog_asked_ = false;
  bool check_claims_ = false;

  /// May be null.
  job_listener_actor listener_;

  watch_timer watch_timer_;
  waiting_room<work_progress> idle_waiters_;
};

} // namespace troupe
