#include "actors/embedding_supervisor.hpp"

#include "actors/caf_error.hpp"
#include "actors/librarian_link.hpp"
#include "actors/waiting_room.hpp"
#include "actors/work_tally.hpp"
#include "actors/worker_roster.hpp"
#include "domain/dispatch/claim_desk.hpp"
#include "domain/dispatch/drain_clock.hpp"
#include "domain/dispatch/settlement.hpp"
#include "domain/dispatch/watch_timer.hpp"
#include "domain/jobs/attempt.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

namespace troupe {

namespace {

// -- state --------------------------------------------------------------------

/// Invariant: every job that the store holds for running in this epoch is in
/// a slot, or its end is in `settlement_`, or its claim's reply was lost and
/// `find_lost_claims` returns it.
class supervisor_state {
public:
  static constexpr const char* name = "troupe.supervisor";

  explicit supervisor_state(supervisor_actor::pointer self) : self_(self) {}

  supervisor_actor::behavior_type
  make_behavior(const supervisor_tunables& tunables,
                std::vector<pool_plan> pools, const librarian_actor& librarian,
                const wall_clock& clock, log_sink& log) {
    tunables_ = tunables;
    librarian_.emplace(self_, librarian, tunables.librarian_deadline);
    clock_ = &clock;
    log_ = &log;
    random_.seed(tunables.seed);
    roster_.emplace(self_, std::move(pools));
    desk_.emplace(tunables.suspects_wait_max.count());
    self_->set_down_handler([this](const caf::down_msg& x) { on_down(x); });
    self_->monitor(librarian);
    begin_epoch();
    return {
      [this](ask_atom, const worker_seat& x) { on_ask(x); },
      [this](beat_atom, const worker_beat& x) { on_beat(x); },
      [this](end_atom, worker_end& x) { on_end(x); },
      [this](record_atom, found_batch& x) { return on_record(x); },
      [this](sweep_atom, sweep_request& x) {
        return librarian_->pass_on<sweep_report>(sweep_atom_v, x);
      },
      [this](text_atom, text_entry& x) {
        return librarian_->pass_on<std::string>(text_atom_v, x);
      },
      [this](retry_atom, job_verb& x) { return on_retry(x); },
      [this](cancel_atom, job_verb& x) { return on_cancel(x); },
      [this](cover_atom) { return on_cover(); },
      [this](ready_atom) { return on_ready(); },
      [this](idle_atom) { return on_idle(); },
      [this](progress_atom) { return on_progress(); },
      [this](status_atom) { return roster_->statuses(); },
      [this](drain_atom, std::int64_t grace) { return on_drain(grace); },
      [this](dispatch_atom) { on_dispatch(); },
      [this](watch_atom) { on_watch(); },
    };
  }

private:
  // -- message handlers, in the order of supervisor_actor ---------------------

  void on_ask(const worker_seat& seat) {
    auto* pool = roster_->pool(seat.kind);
    if (pool != nullptr && pool->slots.ask(seat))
      dispatch_soon();
  }

  void on_beat(const worker_beat& x) {
    if (auto* pool = roster_->pool(x.seat.kind))
      pool->slots.beat(x.seat, x.key, x.media_s, x.duration_s,
                       clock_->monotonic_ms());
  }

  void on_end(worker_end& x) {
    auto* pool = roster_->pool(x.seat.kind);
    if (pool == nullptr)
      return;
    const bool succeeded = x.outcome.outcome == attempt_outcome::succeeded;
    auto held = pool->slots.end(x.seat, x.key, succeeded);
    if (!held) {
      tally_.count_late_result();
      log(log_level::warning,
          "drop late result worker=" + roster_->worker_name(x.seat));
      return;
    }
    tally_.count_media(x.outcome.media_s);
    end_attempt(roster_->worker_name(x.seat), *held, std::move(x.outcome));
    if (pool->slots.ask(x.seat))
      dispatch_soon();
  }

  caf::result<record_report> on_record(found_batch& batch) {
    return librarian_->forward<record_report>(
      [this](const record_report& x) { note_new_work(x.jobs_new); },
      record_atom_v, std::move(batch));
  }

  caf::result<std::int64_t> on_retry(job_verb& verb) {
    const bool real = !verb.dry_run;
    return librarian_->forward<std::int64_t>(
      [this, real](std::int64_t x) { note_new_work(real ? x : 0); },
      retry_atom_v, std::move(verb));
  }

  caf::result<std::int64_t> on_cancel(job_verb& verb) {
    const auto in_hand = roster_->cancel(verb.filter, false, verb.dry_run);
    return librarian_->forward<std::int64_t>(
      [in_hand](std::int64_t& x) { x += in_hand; }, cancel_atom_v,
      std::move(verb));
  }

  caf::result<std::int64_t> on_cover() {
    return librarian_->forward<std::int64_t>(
      [this](std::int64_t x) { note_new_work(x); }, cover_atom_v, false);
  }

  caf::result<epoch_report> on_ready() {
    if (begun_)
      return *begun_;
    if (begin_failure_)
      return begin_failure_;
    return ready_waiters_.admit(self_);
  }

  caf::result<work_progress> on_idle() {
    auto promise = idle_waiters_.admit(self_);
    ask_backlog();
    return promise;
  }

  work_progress on_progress() {
    return tally_.shown(roster_->in_hand(clock_->monotonic_ms()),
                        roster_->broken());
  }

  caf::result<drain_report> on_drain(std::int64_t grace_ms) {
    tally_.forget_handed_back();
    drain_.start(clock_->monotonic_ms(), grace_ms,
                 tunables_.hand_back_within.count());
    auto promise = drain_waiters_.admit(self_);
    go_on_draining();
    return promise;
  }

  void on_dispatch() {
    dispatch_on_its_way_ = false;
    if (!begun_)
      return;
    auto orders = claim_orders();
    if (settlement_.has_ends() || !orders.empty())
      settle(std::move(orders));
    else
      see_whether_idle();
    if (drain_.running())
      go_on_draining();
  }

  void on_watch() {
    if (!watch_timer_.fired(clock_->monotonic_ms()) || !begun_)
      return;
    const auto now_ms = clock_->monotonic_ms();
    for (auto& lost : roster_->write_off_overdue(now_ms))
      time_out(lost);
    if (drain_.running())
      go_on_draining();
    else
      roster_->fill_slots();
    check_claims_ = true;
    find_lost_claims();
    const auto due_us = tally_.next_due_us();
    if (tally_.in_trouble() || (due_us != 0 && due_us <= clock_->now_us()))
      ask_backlog();
    const auto every_ms = tunables_.reconcile_every.count();
    if (every_ms > 0 && now_ms - last_cover_ms_ >= every_ms)
      cover_by_itself();
    dispatch_soon();
    watch_soon();
  }

  void on_down(const caf::down_msg& x) {
    if (x.source == librarian_->handle()) {
      log(log_level::error, "end: the LIBRARIAN is gone");
      self_->quit(to_caf({errc::internal, "the LIBRARIAN ended"}));
      return;
    }
    std::optional<worker_roster::lost_job> lost;
    if (!roster_->bury(x.source, clock_->monotonic_ms(), lost))
      return;
    if (lost)
      end_attempt(lost->worker, lost->held, worker_died());
    if (!drain_.running())
      roster_->fill_slots();
    dispatch_soon();
  }

  // -- the epoch --------------------------------------------------------------

  void begin_epoch() {
    librarian_->ask(epoch_atom_v, epoch_request{tunables_.crashes})
      .then([this](epoch_report& x) { on_epoch(std::move(x)); },
            [this](caf::error& why) {
              // Whoever started us asks for it, now or in a moment.
              begin_failure_ = std::move(why);
              ready_waiters_.answer(begin_failure_);
            });
  }

  void on_epoch(epoch_report report) {
    begun_ = std::move(report);
    log(log_level::info, describe_epoch(*begun_));
    ready_waiters_.answer(*begun_);
    roster_->fill_slots();
    cover_by_itself();
    watch_soon();
  }

  void cover_by_itself() {
    last_cover_ms_ = clock_->monotonic_ms();
    librarian_->ask(cover_atom_v, false)
      .then([this](std::int64_t) { ask_backlog(); },
            [this](caf::error& why) { note_trouble(from_caf(why)); });
  }

  // -- settling and claiming --------------------------------------------------

  [[nodiscard]] std::vector<claim_order> claim_orders() {
    if (drain_.running() || tally_.in_trouble())
      return {};
    const bool quiet = roster_->busy() == 0 && settlement_.quiet();
    return desk_->orders(
      roster_->credits(settlement_),
      {quiet, roster_->runs_alone(), clock_->monotonic_ms()});
  }

  void settle(std::vector<claim_order> orders) {
    const auto sent =
      settlement_.send(begun_->epoch, clock_->now_us(), std::move(orders));
    const auto number = sent.number;
    librarian_->ask(settle_atom_v, sent.request)
      .then([this, number](settle_report& x) { on_settled(number, x); },
            [this, number](caf::error& why) {
              settlement_.unanswered(number);
              note_trouble(from_caf(why));
            });
  }

  void on_settled(std::int64_t number, settle_report& report) {
    const auto request = settlement_.answered(number);
    if (!request)
      return;
    tally_.clear_trouble();
    // Handed back: ready again, and we may claim it ourselves.
    if (tally_.count(*request, report))
      desk_->assume_supply();
    desk_->note_suspects(report.suspects_ready, clock_->monotonic_ms());
    for (const auto& order : request->claims)
      desk_->note_supply(order, report.claimed);
    for (const auto& job : report.claimed)
      if (drain_.running()
          || !roster_->give_out(job, clock_->now_us(), clock_->monotonic_ms()))
        hand_back(job);
    find_lost_claims();
    watch_soon();
    dispatch_soon();
  }

  void hand_back(const claimed_job& job) {
    const auto now_us = clock_->now_us();
    settlement_.add(decide_end(job, returned_unfinished(),
                               {"supervisor", now_us, now_us}, tunables_.retry,
                               0.0));
    dispatch_soon();
  }

  void end_attempt(const std::string& worker, const held_job& held,
                   work_outcome outcome) {
    auto end = decide_end(held.job, std::move(outcome),
                          {worker, held.started_us, clock_->now_us()},
                          tunables_.retry, jitter_(random_));
    log(level_of(end), describe_end(held.job, end));
    if (end.next == job_state::retry)
      tally_.note_due(end.not_before_us);
    settlement_.add(std::move(end));
    dispatch_soon();
  }

  void time_out(const worker_roster::lost_job& lost) {
    const auto held_ms = clock_->monotonic_ms() - lost.held.started_ms;
    end_attempt(lost.worker, lost.held,
                timed_out(lost.held.job, static_cast<double>(held_ms) / 1'000.0,
                          lost.held.media_s));
  }

  // -- lost replies -----------------------------------------------------------

  /// Compares the store's running jobs with ours. Only while nothing is on
  /// its way: the LIBRARIAN answers in order, so that every claim asked for
  /// before has then arrived or is lost.
  void find_lost_claims() {
    if (!check_claims_ || !settlement_.quiet())
      return;
    check_claims_ = false;
    librarian_->ask(running_atom_v, begun_->epoch)
      .then([this](const claim_keys& x) { return_lost_claims(x); },
            [this](caf::error& why) { note_trouble(from_caf(why)); });
  }

  void return_lost_claims(const claim_keys& stored) {
    for (const auto& key : stored.keys) {
      if (roster_->holds(key) || settlement_.covers(key))
        continue;
      log(log_level::warning, "return a job whose claim got lost");
      claimed_job job;
      job.key = key;
      hand_back(job);
    }
  }

  // -- idling and draining ----------------------------------------------------

  void ask_backlog() {
    if (!begun_ || backlog_asked_)
      return;
    backlog_asked_ = true;
    librarian_->ask(wake_atom_v, job_kinds{roster_->working_kinds()})
      .then([this](const backlog& x) { on_backlog(x); },
            [this](caf::error& why) {
              backlog_asked_ = false;
              note_trouble(from_caf(why));
            });
  }

  void on_backlog(const backlog& x) {
    backlog_asked_ = false;
    tally_.clear_trouble();
    tally_.note_backlog(x);
    if (x.ready > 0)
      desk_->assume_supply();
    const bool over = x.ready + x.waiting + x.running == 0;
    if (over && at_rest())
      idle_waiters_.answer(on_progress());
    watch_soon();
    if (x.ready > 0)
      dispatch_soon();
  }

  [[nodiscard]] bool at_rest() const {
    return roster_->busy() == 0 && settlement_.quiet()
           && !settlement_.has_ends();
  }

  void see_whether_idle() {
    if (!idle_waiters_.empty() && at_rest())
      ask_backlog();
  }

  void go_on_draining() {
    const auto now_ms = clock_->monotonic_ms();
    if (drain_.ask_back(now_ms))
      roster_->cancel({}, true, false);
    if (drain_.give_up(now_ms))
      for (auto& lost : roster_->write_off_all()) {
        ++abandoned_;
        end_attempt(lost.worker, lost.held, returned_unfinished());
      }
    watch_soon();
    if (!at_rest())
      return;
    drain_waiters_.answer(drain_report{tally_.handed_back(), abandoned_});
  }

  // -- helpers ----------------------------------------------------------------

  void note_new_work(std::int64_t jobs) {
    if (jobs == 0)
      return;
    tally_.count_new_jobs(jobs);
    desk_->assume_supply();
    dispatch_soon();
  }

  void note_trouble(const error& why) {
    tally_.note_trouble(why);
    check_claims_ = true;
    watch_soon();
  }

  void dispatch_soon() {
    if (std::exchange(dispatch_on_its_way_, true))
      return;
    self_->send(self_, dispatch_atom_v);
  }

  /// The next look: soon while work is in hand, else when something is due.
  void watch_soon() {
    using std::chrono::milliseconds;
    if (tally_.in_trouble())
      return watch_after(tunables_.ask_again_after);
    if (!at_rest() || drain_.running())
      return watch_after(tunables_.watch_every);
    const auto due_us = tally_.next_due_us() - clock_->now_us();
    if (tally_.next_due_us() != 0)
      watch_after(milliseconds{std::max<std::int64_t>(due_us, 0) / 1'000 + 1});
    if (tunables_.reconcile_every > milliseconds{0})
      watch_after(tunables_.reconcile_every);
  }

  void watch_after(std::chrono::milliseconds wait) {
    if (watch_timer_.wish(clock_->monotonic_ms() + wait.count()))
      self_->delayed_send(self_, wait, watch_atom_v);
  }

  void log(log_level level, std::string_view text) {
    log_->write(level, "supervisor", text);
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  supervisor_actor::pointer self_;

  supervisor_tunables tunables_;

  /// Borrowed. Never null after make_behavior.
  const wall_clock* clock_ = nullptr;
  log_sink* log_ = nullptr;

  std::mt19937_64 random_;
  std::uniform_real_distribution<double> jitter_{0.0, 1.0};

  /// Never empty after make_behavior.
  std::optional<librarian_link> librarian_;
  std::optional<worker_roster> roster_;
  std::optional<claim_desk> desk_;
  settlement settlement_;

  /// Present once the epoch has begun.
  std::optional<epoch_report> begun_;
  caf::error begin_failure_;
  std::int64_t last_cover_ms_ = 0;

  work_tally tally_;

  bool dispatch_on_its_way_ = false;
  bool backlog_asked_ = false;
  bool check_claims_ = false;

  watch_timer watch_timer_;
  drain_clock drain_;
  std::int64_t abandoned_ = 0;

  waiting_room<epoch_report> ready_waiters_;
  waiting_room<work_progress> idle_waiters_;
  waiting_room<drain_report> drain_waiters_;
};

supervisor_actor::behavior_type
supervisor(supervisor_actor::stateful_pointer<supervisor_state> self,
           const supervisor_tunables& tunables, std::vector<pool_plan> pools,
           const librarian_actor& librarian, const wall_clock* clock,
           log_sink* log) {
  return self->state.make_behavior(tunables, std::move(pools), librarian,
                                   *clock, *log);
}

} // namespace

// -- spawn --------------------------------------------------------------------

supervisor_actor spawn_embedding_supervisor(caf::actor_system& system,
                                            const supervisor_tunables& tunables,
                                            std::vector<pool_plan> pools,
                                            const librarian_actor& librarian,
                                            const wall_clock& clock,
                                            log_sink& log) {
  return system.spawn(supervisor, tunables, std::move(pools), librarian, &clock,
                      &log);
}

} // namespace troupe
