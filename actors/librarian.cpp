#include "actors/librarian.hpp"

#include "actors/caf_error.hpp"
#include "actors/commit_batch.hpp"
#include "actors/tracing/traced.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace troupe {

namespace {

// -- state --------------------------------------------------------------------

/// Invariant: while the batch is open, a commit message is on its way.
class librarian_state {
public:
  static constexpr const char* name = "troupe.librarian";

  explicit librarian_state(librarian_actor::pointer self) : self_(self) {}

  librarian_actor::behavior_type
  make_behavior(const librarian_tunables& tunables,
                std::unique_ptr<library_store> store, const wall_clock& clock,
                log_sink& log) {
    tunables_ = tunables;
    if (tunables_.threads != nullptr && tunables_.where == placement::detached)
      tunables_.threads->name_thread("librarian");
    store_ = store.get();
    batch_.emplace(std::move(store), log);
    clock_ = &clock;
    return {
      [this](epoch_atom, const epoch_request& x) { return on_epoch(x); },
      [this](record_atom, const found_batch& x) { return on_record(x); },
      [this](sweep_atom, const sweep_request& x) { return on_sweep(x); },
      [this](text_atom, const text_entry& x) { return on_text(x); },
      [this](order_atom, const job_order& x) { return on_order(x); },
      [this](forget_atom, const forget_request& x) { return on_forget(x); },
      [this](retag_atom, const retag_request& x) { return on_retag(x); },
      [this](settle_atom, const settle_request_ptr& x) {
        return on_settle(*x);
      },
      [this](running_atom, std::int64_t x) { return on_running(x); },
      [this](wake_atom, const job_kinds& x) { return on_wake(x); },
      [this](cover_atom, const cover_order& x) { return on_cover(x); },
      [this](live_atom, const job_kinds& x) { return on_live(x); },
      [this](hold_atom, const hold_order& x) { return on_hold(x); },
      [this](standing_atom) { return on_standing(); },
      [this](note_atom, const audit_note& x) { return on_note(x, 0); },
      [this](request_atom, const request_note& x) { return on_request(x); },
      [this](answer_atom, const answer_order& x) { return on_answer(x); },
      [this](release_atom, const release_order& x) { return on_release(x); },
      [this](prune_atom, const prune_order& x) { return on_prune(x); },
      [this](retry_atom, const job_verb& x) { return on_retry(x); },
      [this](cancel_atom, const job_verb& x) { return on_cancel(x); },
      [this](backup_atom, const backup_order& x) { return on_backup(x); },
      [this](check_atom, const audit_note& x) { return on_check(x); },
      [this](commit_atom) { commit(); },
      [this](tidy_atom) { on_tidy(); },
    };
  }

private:
  // -- message handlers, in the order of librarian_actor ----------------------

  caf::result<epoch_report> on_epoch(const epoch_request& request) {
    return write<epoch_report>([&] { return start_epoch(request); });
  }

  caf::result<record_report> on_record(const found_batch& batch) {
    return write<record_report>([&] {
      auto report = store_->record(batch.files, clock_->now_us());
      lost_ = lost_ || (report && report->entries_changed > 0);
      return report;
    });
  }

  caf::result<sweep_report> on_sweep(const sweep_request& request) {
    return write<sweep_report>([&] {
      lost_ = lost_ || request.prune;
      return store_->sweep(request, clock_->now_us());
    });
  }

  caf::result<std::string> on_text(const text_entry& entry) {
    return write<std::string>(
      [&] { return store_->add_text(entry, clock_->now_us()); });
  }

  caf::result<ordered_job> on_order(const job_order& order) {
    return write<ordered_job>(
      [&] { return store_->order(order, clock_->now_us()); });
  }

  caf::result<bool> on_forget(const forget_request& request) {
    return write<bool>([&]() -> result<bool> {
      lost_ = true;
      auto gone = store_->forget(request.entry, request.note, clock_->now_us());
      if (!gone)
        return gone.failure();
      return true;
    });
  }

  caf::result<bool> on_retag(const retag_request& request) {
    return write<bool>([&] {
      lost_ = true;
      return store_->retag(request.entry, request.now, request.note,
                           clock_->now_us());
    });
  }

  caf::result<settle_report> on_settle(const settle_request& request) {
    return write<settle_report>([&] {
      auto report = store_->settle(request);
      for (const auto& end : request.ends) {
        note_job(end.key.job);
        came_ = came_ || end.output.has_value();
      }
      if (report)
        for (const auto& job : report->claimed)
          note_job(job.key.job);
      return report;
    });
  }

  caf::result<claim_keys> on_running(std::int64_t epoch) {
    return write<claim_keys>([&]() -> result<claim_keys> {
      auto keys = store_->running(epoch);
      if (!keys)
        return keys.failure();
      return claim_keys{std::move(keys.value())};
    });
  }

  caf::result<backlog> on_wake(const job_kinds& kinds) {
    return write<backlog>(
      [&] { return store_->wake(kinds.kinds, clock_->now_us()); });
  }

  caf::result<std::int64_t> on_cover(const cover_order& order) {
    return write<std::int64_t>([&]() -> result<std::int64_t> {
      auto count = store_->reconcile(order.dry_run, clock_->now_us());
      if (!count || order.dry_run || order.note.actor.empty())
        return count;
      auto noted = store_->audit(order.note, *count, clock_->now_us());
      if (!noted)
        return noted.failure();
      return count;
    });
  }

  caf::result<live_jobs> on_live(const job_kinds& kinds) {
    return write<live_jobs>(
      [&] { return store_->live(kinds.kinds, tunables_.live_named_max); });
  }

  caf::result<hold_outcome> on_hold(const hold_order& order) {
    return write<hold_outcome>([&] { return change_holds(order); });
  }

  caf::result<held_state> on_standing() {
    return write<held_state>([&] { return store_->held(); });
  }

  caf::result<bool> on_note(const audit_note& note, std::int64_t affected) {
    return write<bool>([&]() -> result<bool> {
      auto noted = store_->audit(note, affected, clock_->now_us());
      if (!noted)
        return noted.failure();
      return true;
    });
  }

  caf::result<request_standing> on_request(const request_note& note) {
    return write<request_standing>(
      [&] { return store_->note_request(note, clock_->now_us()); });
  }

  caf::result<bool> on_answer(const answer_order& order) {
    return write<bool>([&]() -> result<bool> {
      auto kept =
        store_->answer_request(order.id, order.reply, clock_->now_us());
      if (!kept)
        return kept.failure();
      return true;
    });
  }

  caf::result<release_report> on_release(const release_order& order) {
    return write<release_report>([&]() -> result<release_report> {
      auto done =
        store_->release_content(order.hash, order.note, clock_->now_us());
      if (!done)
        return done.failure();
      return release_report{done->released, to_hex(done->hash)};
    });
  }

  caf::result<prune_report> on_prune(const prune_order& order) {
    return write<prune_report>([&] {
      lost_ = true;
      return store_->prune(order.policy, order.dry_run, order.note,
                           clock_->now_us());
    });
  }

  caf::result<std::int64_t> on_retry(const job_verb& verb) {
    return write<std::int64_t>([&] {
      return store_->retry(verb.filter, verb.dry_run, verb.note,
                           clock_->now_us());
    });
  }

  caf::result<std::int64_t> on_cancel(const job_verb& verb) {
    return write<std::int64_t>([&] {
      return store_->cancel(verb.filter, verb.dry_run, verb.note,
                            clock_->now_us());
    });
  }

  caf::result<bool> on_backup(const backup_order& order) {
    commit();
    if (auto copied = store_->backup(order.file); !copied)
      return to_caf(copied.failure());
    return on_note(order.note, 1);
  }

  caf::result<check_findings> on_check(const audit_note& note) {
    commit();
    auto findings = store_->check();
    if (!findings)
      return to_caf(findings.failure());
    const auto count = static_cast<std::int64_t>(findings->size());
    return write<check_findings>([&]() -> result<check_findings> {
      auto noted = store_->audit(note, count, clock_->now_us());
      if (!noted)
        return noted.failure();
      return check_findings{std::move(findings.value())};
    });
  }

  void on_tidy() {
    tidy_on_its_way_ = false;
    if (batch_->size() == 0)
      batch_->report(store_->checkpoint(false), "checkpoint");
  }

  // -- the batch --------------------------------------------------------------

  /// Runs one message's statements inside the batch; its reply waits for the
  /// COMMIT.
  template <class T, class Operation>
  caf::result<T> write(Operation&& operation) {
    const bool was_open = batch_->is_open();
    auto outcome = batch_->run<T>(std::forward<Operation>(operation));
    if (!outcome)
      return to_caf(outcome.failure());
    // Behind the messages that wait already: they join this batch.
    if (!was_open)
      self_->send(self_, commit_atom_v);
    auto promise = self_->make_response_promise<T>();
    batch_->answer_later(
      [promise, reply = std::move(outcome.value())](const error* why) mutable {
        if (why != nullptr)
          promise.deliver(to_caf(*why));
        else
          promise.deliver(std::move(reply));
      });
    if (batch_->size() >= tunables_.batch_max)
      commit();
    return promise;
  }

  void commit() {
    // Before the answers: who asks the INDEXER after one is not too early.
    const bool done = batch_->commit([this] {
      if ((came_ || lost_) && tunables_.on_change)
        tunables_.on_change(std::exchange(lost_, false));
      came_ = false;
    });
    if (done && !std::exchange(tidy_on_its_way_, true))
      self_->delayed_send(self_, tunables_.tidy_after, tidy_atom_v);
  }

  // -- helpers ----------------------------------------------------------------

  result<hold_outcome> change_holds(const hold_order& order) {
    auto present = store_->held();
    if (!present)
      return present.failure();
    auto outcome =
      apply_hold(std::move(present.value()), order.change, clock_->now_us());
    if (!outcome)
      return outcome;
    if (outcome->affected > 0)
      if (auto put = store_->put_held(outcome->held); !put)
        return put.failure();
    if (auto noted =
          store_->audit(order.note, outcome->affected, clock_->now_us());
        !noted)
      return noted.failure();
    return outcome;
  }

  result<epoch_report> start_epoch(const epoch_request& request) {
    auto started = store_->start_epoch(clock_->now_us());
    if (!started)
      return started.failure();
    epoch_report found;
    found.epoch = started->epoch;
    std::vector<orphan_verdict> verdicts;
    for (const auto& left : started->orphans) {
      const auto signal = signal_of(request, left.hash);
      auto verdict = judge_orphan(left, signal, tunables_.suspicion);
      const bool quarantined = verdict.next == job_state::quarantined;
      ++(quarantined ? found.quarantined : found.requeued);
      if (signal != 0 || quarantined)
        found.named.push_back(
          {left.hash, signal, quarantined, verdict.message});
      verdicts.push_back(std::move(verdict));
    }
    if (auto settled = store_->settle_orphans(verdicts, clock_->now_us());
        !settled)
      return settled.failure();
    auto held = store_->held();
    if (!held)
      return held.failure();
    found.held = std::move(held.value());
    return found;
  }

  static int signal_of(const epoch_request& request, const content_hash& hash) {
    for (const auto& note : request.crashes)
      if (note.hash == hash)
        return note.signal;
    return 0;
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  librarian_actor::pointer self_;

  librarian_tunables tunables_;

  /// Borrowed from `batch_`.
  library_store* store_ = nullptr;

  /// Borrowed. Never null after make_behavior.
  const wall_clock* clock_ = nullptr;

  bool tidy_on_its_way_ = false;

  /// What the open batch does to vectors: some came; some may be gone.
  bool came_ = false;
  bool lost_ = false;

  /// Empty only before make_behavior. Answers what is left as the actor ends:
  /// CAF never does.
  std::optional<commit_batch> batch_;
};

// -- host ---------------------------------------------------------------------

/// Carries move-only dependencies into the state, which dies on actor exit.
class librarian_host final
  : public traced<librarian_actor::stateful_base<librarian_state>> {
public:
  librarian_host(caf::actor_config& cfg, const librarian_tunables& tunables,
                 std::unique_ptr<library_store> store, const wall_clock* clock,
                 log_sink* log)
    : traced(cfg), tunables_(tunables), store_(std::move(store)), clock_(clock),
      log_(log) {}

  behavior_type make_behavior() override {
    return state.make_behavior(tunables_, std::move(store_), *clock_, *log_);
  }

private:
  librarian_tunables tunables_;
  std::unique_ptr<library_store> store_;
  const wall_clock* clock_;
  log_sink* log_;
};

} // namespace

// -- spawn --------------------------------------------------------------------

librarian_actor spawn_librarian(caf::actor_system& system,
                                const librarian_tunables& tunables,
                                std::unique_ptr<library_store> store,
                                const wall_clock& clock, log_sink& log) {
  if (tunables.where == placement::detached)
    return system.spawn<librarian_host, caf::detached>(
      tunables, std::move(store), &clock, &log);
  return system.spawn<librarian_host>(tunables, std::move(store), &clock, &log);
}

} // namespace troupe
