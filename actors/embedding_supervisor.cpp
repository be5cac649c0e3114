#include "actors/embedding_supervisor.hpp"

#include "actors/caf_error.hpp"
#include "actors/supervision/drain_desk.hpp"
#include "actors/supervision/librarian_link.hpp"
#include "actors/supervision/waiting_room.hpp"
#include "actors/supervision/work_floor.hpp"
#include "actors/tracing/traced.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace troupe {

namespace {

// -- state --------------------------------------------------------------------

/// Invariant: what is held is what the LIBRARIAN last said; nobody's work
/// passes an intake that is held but the import's own.
class supervisor_state {
public:
  static constexpr const char* name = "troupe.supervisor";

  explicit supervisor_state(supervisor_actor::pointer self) : self_(self) {}

  supervisor_actor::behavior_type
  make_behavior(const supervisor_tunables& tunables,
                std::vector<pool_plan> pools, const librarian_actor& librarian,
                const wall_clock& clock, log_sink& log) {
    tunables_ = tunables;
    log_ = &log;
    librarian_.emplace(self_, librarian, tunables.librarian_deadline);
    floor_.emplace(self_, tunables, std::move(pools), *librarian_, clock, log);
    drains_.emplace(self_, tunables, *librarian_, *floor_, clock);
    self_->set_down_handler([this](const caf::down_msg& x) { on_down(x); });
    self_->monitor(librarian);
    begin_epoch();
    return {
      [this](ask_atom, const worker_seat& x) { floor_->ask(x); },
      [this](beat_atom, const worker_beat& x) { floor_->beat(x); },
      [this](end_atom, worker_end& x) { floor_->end(x); },
      [this](record_atom, found_batch& x) { return on_record(x); },
      [this](sweep_atom, sweep_request& x) {
        return librarian_->pass_on<sweep_report>(sweep_atom_v, x);
      },
      [this](text_atom, text_entry& x, const std::string& token) {
        return on_text(x, token);
      },
      [this](order_atom, job_order& x, const std::string& token) {
        return on_order(x, token);
      },
      [this](retry_atom, job_verb& x) { return on_retry(x); },
      [this](cancel_atom, job_verb& x) { return on_cancel(x); },
      [this](cover_atom, cover_order& x) { return on_cover(x); },
      [this](release_atom, release_order& x) { return on_release(x); },
      [this](listen_atom, const job_listener& x) { floor_->tell(x.who); },
      [this](ready_atom) { return on_ready(); },
      [this](idle_atom) { return floor_->wait_idle(); },
      [this](progress_atom) { return floor_->progress(); },
      [this](status_atom) { return floor_->statuses(); },
      [this](standing_atom) { return on_standing(); },
      [this](hold_atom, hold_order& x) { return on_hold(x); },
      [this](scale_atom, const scale_request& x) { return on_scale(x); },
      [this](drain_atom, std::int64_t x) { return drains_->shut_down(x); },
      [this](drain_atom, const drain_request& x) { return drains_->begin(x); },
      [this](dispatch_atom) { on_dispatch(); },
      [this](watch_atom) { on_watch(); },
    };
  }

private:
  // -- message handlers, in the order of supervisor_actor ---------------------

  caf::result<record_report> on_record(found_batch& batch) {
    if (auto why = drains_->why_intake_is_held(batch.token);
        why.code != errc::none)
      return to_caf(why);
    return librarian_->forward<record_report>(
      [this](const record_report& x) { floor_->note_new_work(x.jobs_new); },
      record_atom_v, std::move(batch));
  }

  caf::result<std::string> on_text(text_entry& entry,
                                   const std::string& token) {
    if (auto why = drains_->why_intake_is_held(token); why.code != errc::none)
      return to_caf(why);
    // A text that was known already costs one look for work.
    return librarian_->forward<std::string>(
      [this](const std::string&) { floor_->note_new_work(1); }, text_atom_v,
      std::move(entry));
  }

  caf::result<ordered_job> on_order(job_order& order,
                                    const std::string& token) {
    if (auto why = drains_->why_intake_is_held(token); why.code != errc::none)
      return to_caf(why);
    return librarian_->forward<ordered_job>(
      [this](const ordered_job& x) { floor_->note_new_work(x.is_new ? 1 : 0); },
      order_atom_v, std::move(order));
  }

  caf::result<std::int64_t> on_retry(job_verb& verb) {
    const bool real = !verb.dry_run;
    return librarian_->forward<std::int64_t>(
      [this, real](std::int64_t x) { floor_->note_new_work(real ? x : 0); },
      retry_atom_v, std::move(verb));
  }

  caf::result<std::int64_t> on_cancel(job_verb& verb) {
    const auto in_hand = floor_->cancel(verb.filter, false, verb.dry_run);
    if (in_hand > 0)
      verb.note.detail =
        fmt::format("{}{}and {} running", verb.note.detail,
                    verb.note.detail.empty() ? "" : " ", in_hand);
    return librarian_->forward<std::int64_t>(
      [in_hand](std::int64_t& x) { x += in_hand; }, cancel_atom_v,
      std::move(verb));
  }

  caf::result<std::int64_t> on_cover(cover_order& order) {
    const bool real = !order.dry_run;
    return librarian_->forward<std::int64_t>(
      [this, real](std::int64_t x) { floor_->note_new_work(real ? x : 0); },
      cover_atom_v, std::move(order));
  }

  caf::result<release_report> on_release(release_order& order) {
    return librarian_->forward<release_report>(
      [this](const release_report& x) { floor_->note_new_work(x.released); },
      release_atom_v, std::move(order));
  }

  caf::result<epoch_report> on_ready() {
    if (begun_)
      return *begun_;
    if (begin_failure_)
      return begin_failure_;
    return ready_waiters_.admit(self_);
  }

  supervision_status on_standing() {
    supervision_status status;
    status.work = floor_->progress();
    status.pools = floor_->statuses();
    status.paces = floor_->paces();
    status.held = floor_->held();
    drains_->describe(status);
    return status;
  }

  caf::result<hold_outcome> on_hold(hold_order& order) {
    return librarian_->convert<hold_outcome, hold_outcome>(
      [this](hold_outcome& x) {
        floor_->adopt(x.held);
        return std::move(x);
      },
      [this] { follow_holds_later(); }, hold_atom_v, std::move(order));
  }

  caf::result<scale_report> on_scale(const scale_request& request) {
    if (request.slots < 0 || request.slots > scale_slots_max)
      return to_caf(
        {errc::invalid_argument, fmt::format("scale: {} is not in [0, {}]",
                                             request.slots, scale_slots_max)});
    const auto present = floor_->statuses().pools;
    const bool here =
      std::any_of(present.begin(), present.end(),
                  [&](const pool_status& x) { return x.name == request.pool; });
    if (!here && !request.save)
      return to_caf({errc::refused,
                     fmt::format("scale: no pool of {} runs here; with --save "
                                 "it has this size from the next start",
                                 request.pool)});
    return record_scale(request);
  }

  void on_dispatch() {
    floor_->dispatch();
    drains_->go_on();
  }

  void on_watch() {
    if (!floor_->watch())
      return;
    drains_->go_on();
    if (std::exchange(follow_holds_soon_, false))
      follow_holds();
  }

  void on_down(const caf::down_msg& x) {
    if (x.source != librarian_->handle()) {
      floor_->bury(x.source);
      return;
    }
    log_->write(log_level::error, "supervisor", "end: the LIBRARIAN is gone");
    self_->quit(to_caf({errc::internal, "the LIBRARIAN ended"}));
  }

  // -- helpers ----------------------------------------------------------------

  void begin_epoch() {
    librarian_->ask(epoch_atom_v, epoch_request{tunables_.crashes})
      .then(
        [this](epoch_report& x) {
          begun_ = std::move(x);
          floor_->begin(*begun_);
          ready_waiters_.answer(*begun_);
        },
        [this](caf::error& why) {
          // Whoever started us asks for it, now or in a moment.
          begin_failure_ = std::move(why);
          ready_waiters_.answer(begin_failure_);
        });
  }

  /// A change whose reply got lost is known to the store alone.
  void follow_holds() {
    librarian_->ask(standing_atom_v)
      .then([this](const held_state& x) { floor_->adopt(x); },
            [this](caf::error&) { follow_holds_later(); });
  }

  void follow_holds_later() {
    follow_holds_soon_ = true;
    floor_->watch_after(tunables_.ask_again_after);
  }

  /// Puts the new size on record, then gives it to the pool.
  caf::result<scale_report> record_scale(const scale_request& request) {
    const audit_note note{
      request.asker, "scale", request.pool,
      fmt::format("slots={}{}", request.slots, request.save ? " save" : "")};
    const auto report = [this, request] {
      const auto before = floor_->resize(request.pool, request.slots);
      return scale_report{request.pool, before.value_or(0), request.slots,
                          request.save};
    };
    if (!request.save)
      return librarian_->convert<bool, scale_report>(
        [report](bool) { return report(); }, [] {}, note_atom_v, note);
    hold_order order{{}, note};
    order.change.verb = hold_verb::scale;
    order.change.asker = request.asker;
    order.change.pool = request.pool;
    order.change.slots = request.slots;
    return librarian_->convert<hold_outcome, scale_report>(
      [this, report](const hold_outcome& x) {
        floor_->adopt(x.held);
        return report();
      },
      [this] { follow_holds_later(); }, hold_atom_v, order);
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  supervisor_actor::pointer self_;

  supervisor_tunables tunables_;

  /// Borrowed. Never null after make_behavior.
  log_sink* log_ = nullptr;

  /// Never empty after make_behavior.
  std::optional<librarian_link> librarian_;
  std::optional<work_floor> floor_;
  std::optional<drain_desk> drains_;

  /// Present once the epoch has begun.
  std::optional<epoch_report> begun_;
  caf::error begin_failure_;
  waiting_room<epoch_report> ready_waiters_;

  /// The store may hold what we do not know of.
  bool follow_holds_soon_ = false;
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
  return spawn_traced(system, supervisor, tunables, std::move(pools), librarian,
                      &clock, &log);
}

} // namespace troupe
