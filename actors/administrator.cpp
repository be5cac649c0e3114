#include "actors/administrator.hpp"

#include "actors/caf_error.hpp"
#include "actors/supervision/admin_questions.hpp"
#include "actors/supervision/debt_book.hpp"
#include "domain/identity/ulid.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

namespace troupe {

namespace {

/// What SUPERVISOR and LIBRARIAN need beyond a drain's own time, at worst.
constexpr std::chrono::milliseconds drain_slack{90'000};

// -- state --------------------------------------------------------------------

/// Invariant: whatever it owes an answer is in `debts_`.
class administrator_state {
public:
  static constexpr const char* name = "troupe.administrator";

  explicit administrator_state(administrator_actor::pointer self)
    : self_(self) {}

  administrator_actor::behavior_type
  make_behavior(const administrator_tunables& tunables,
                const administrator_peers& peers, const wall_clock& clock) {
    tunables_ = tunables;
    peers_ = peers;
    clock_ = &clock;
    started_us_ = clock.now_us();
    tokens_.emplace(tunables.random);
    return {
      [this](status_atom, const std::string&) { return on_status(); },
      [this](workers_atom, const std::string&) { return on_workers(); },
      [this](pause_atom, const pause_request& x) { return on_pause(x); },
      [this](resume_atom, const resume_request& x) { return on_resume(x); },
      [this](drain_atom, const drain_request& x) { return on_drain(x); },
      [this](scale_atom, const scale_request& x) { return on_scale(x); },
      [this](import_atom, const import_begin_request& x) {
        return on_import(x);
      },
      [this](extend_atom, const import_change_request& x) {
        return on_import_change(x, hold_verb::import_extend);
      },
      [this](finish_atom, const import_change_request& x) {
        return on_import_change(x, hold_verb::import_end);
      },
      [this](convicts_atom, const quarantine_query& x) {
        return on_convicts(x);
      },
      [this](release_atom, const release_request& x) { return on_release(x); },
      [this](retry_atom, const job_change_request& x) { return on_retry(x); },
      [this](cancel_atom, const job_change_request& x) { return on_cancel(x); },
      [this](why_atom, const why_request& x) { return on_why(x); },
      [this](cover_atom, const reconcile_request& x) {
        return on_reconcile(x);
      },
      [this](backup_atom, const backup_request& x) { return on_backup(x); },
      [this](check_atom, const std::string& x) { return on_check(x); },
      [this](prune_atom, const prune_request& x) { return on_prune(x); },
      [this](audit_atom, const audit_request& x) { return on_audit(x); },
      [this](trace_atom, const trace_request& x) { return on_trace(x); },
      [this](shutdown_atom, const std::string& x) { return on_shutdown(x); },
    };
  }

  administrator_state(const administrator_state&) = delete;
  administrator_state& operator=(const administrator_state&) = delete;

private:
  /// Why nothing can be changed; `errc::none` when it can.
  [[nodiscard]] error why_read_only() const {
    if (peers_.supervisor && peers_.librarian)
      return {errc::none, {}};
    return {errc::refused, "admin: the library is open for reading only"};
  }

  // -- asking -----------------------------------------------------------------

  template <class T>
  using debt = debt_book::debt<T>;

  template <class Handle, class... Ts>
  auto ask(const Handle& peer, Ts&&... xs) {
    return self_->request(peer, tunables_.question_deadline,
                          std::forward<Ts>(xs)...);
  }

  /// Passes a message on; the sender gets what `convert` makes of the answer.
  template <class From, class To, class Handle, class Convert, class... Ts>
  caf::result<To> relay(const Handle& peer, std::chrono::milliseconds deadline,
                        Convert convert, Ts&&... xs) {
    const auto owed = debts_.owe<To>(self_);
    self_->request(peer, deadline, std::forward<Ts>(xs)...)
      .then([this, owed,
             convert](From& x) mutable { debts_.pay(owed, convert(x)); },
            debts_.fails(owed));
    return owed.promise;
  }

  template <class T, class Handle, class... Ts>
  caf::result<T> pass_on(const Handle& peer, std::chrono::milliseconds deadline,
                         Ts&&... xs) {
    return relay<T, T>(
      peer, deadline, [](T& x) { return std::move(x); },
      std::forward<Ts>(xs)...);
  }

  // -- message handlers, in the order of administrator_actor ------------------

  caf::result<node_status> on_status() {
    const auto owed = debts_.owe<node_status>(self_);
    status_wanted_.push_back(owed);
    if (status_asked_.empty())
      ask_status();
    return owed.promise;
  }

  caf::result<workers_report> on_workers() {
    if (!peers_.supervisor)
      return workers_report{};
    return relay<supervision_status, workers_report>(
      peers_.supervisor, tunables_.question_deadline,
      [](supervision_status& x) {
        return workers_report{std::move(x.pools), std::move(x.work.running)};
      },
      standing_atom_v);
  }

  caf::result<hold_outcome> on_pause(const pause_request& x) {
    if (x.lasts_ms < 0)
      return to_caf({errc::invalid_argument, "pause: a time below zero"});
    return hold<hold_outcome>(order_of(x), as_it_is);
  }

  caf::result<hold_outcome> on_resume(const resume_request& x) {
    return hold<hold_outcome>(order_of(x), as_it_is);
  }

  caf::result<drain_outcome> on_drain(const drain_request& x) {
    if (x.timeout_ms < 0)
      return to_caf({errc::invalid_argument, "drain: a time below zero"});
    if (auto why = why_read_only(); why.code != errc::none)
      return to_caf(why);
    return pass_on<drain_outcome>(
      peers_.supervisor, std::chrono::milliseconds{x.timeout_ms} + drain_slack,
      drain_atom_v, x);
  }

  caf::result<scale_report> on_scale(const scale_request& x) {
    if (auto why = why_read_only(); why.code != errc::none)
      return to_caf(why);
    return pass_on<scale_report>(peers_.supervisor, tunables_.question_deadline,
                                 scale_atom_v, x);
  }

  caf::result<import_lease> on_import(const import_begin_request& x) {
    const auto token = to_string(tokens_->next(clock_->now_us() / 1'000));
    hold_order order{{},
                     note_of(x.asker, "import begin", token,
                             fmt::format("ttl={} ms", x.ttl_ms))};
    order.change.verb = hold_verb::import_begin;
    order.change.asker = x.asker;
    order.change.token = token;
    order.change.lasts_ms = x.ttl_ms;
    return hold<import_lease>(std::move(order), lease_of);
  }

  caf::result<import_lease> on_import_change(const import_change_request& x,
                                             hold_verb verb) {
    const bool extends = verb == hold_verb::import_extend;
    hold_order order{
      {},
      note_of(x.asker, extends ? "import extend" : "import end", x.token,
              extends ? fmt::format("ttl={} ms", x.ttl_ms) : std::string{})};
    order.change.verb = verb;
    order.change.asker = x.asker;
    order.change.token = x.token;
    order.change.lasts_ms = x.ttl_ms;
    return hold<import_lease>(std::move(order), lease_of);
  }

  caf::result<job_page> on_convicts(const quarantine_query& x) {
    job_query query;
    query.state = job_state::quarantined;
    query.limit = x.limit;
    return pass_on<job_page>(peers_.reader, tunables_.long_deadline,
                             jobs_atom_v, query);
  }

  caf::result<release_report> on_release(const release_request& x) {
    if (auto why = why_read_only(); why.code != errc::none)
      return to_caf(why);
    return pass_on<release_report>(
      peers_.supervisor, tunables_.question_deadline, release_atom_v,
      release_order{x.hash, note_of(x.asker, "quarantine release", x.hash)});
  }

  caf::result<std::int64_t> on_retry(const job_change_request& x) {
    return change_jobs(x, "retry", retry_atom_v);
  }

  caf::result<std::int64_t> on_cancel(const job_change_request& x) {
    return change_jobs(x, "cancel", cancel_atom_v);
  }

  caf::result<idle_answer> on_why(const why_request& x) {
    const auto owed = debts_.owe<idle_answer>(self_);
    if (!x.word.starts_with('/')) {
      explain_job(owed, x.word);
      return owed.promise;
    }
    ask(peers_.reader, entryat_atom_v, x.word)
      .then(
        [this, owed](const entry_row& entry) {
          explain_job(owed, to_hex(entry.hash));
        },
        [this, owed, path = x.word](caf::error& why) {
          explain_absence(owed, path, from_caf(why));
        });
    return owed.promise;
  }

  caf::result<std::int64_t> on_reconcile(const reconcile_request& x) {
    if (auto why = why_read_only(); why.code != errc::none)
      return to_caf(why);
    return pass_on<std::int64_t>(
      peers_.supervisor, tunables_.long_deadline, cover_atom_v,
      cover_order{x.dry_run, note_of(x.asker, "reconcile", {})});
  }

  caf::result<bool> on_backup(const backup_request& x) {
    if (auto why = why_read_only(); why.code != errc::none)
      return to_caf(why);
    return pass_on<bool>(
      peers_.librarian, tunables_.long_deadline, backup_atom_v,
      backup_order{x.file, note_of(x.asker, "backup", x.file)});
  }

  caf::result<check_findings> on_check(const std::string& asker) {
    if (auto why = why_read_only(); why.code != errc::none)
      return to_caf(why);
    return pass_on<check_findings>(peers_.librarian, tunables_.long_deadline,
                                   check_atom_v, note_of(asker, "check", {}));
  }

  caf::result<prune_report> on_prune(const prune_request& x) {
    if (auto why = why_read_only(); why.code != errc::none)
      return to_caf(why);
    return pass_on<prune_report>(peers_.librarian, tunables_.long_deadline,
                                 prune_atom_v,
                                 prune_order{tunables_.retention, x.dry_run,
                                             note_of(x.asker, "prune", {})});
  }

  caf::result<audit_rows> on_audit(const audit_request& x) {
    return pass_on<audit_rows>(peers_.reader, tunables_.long_deadline,
                               audit_atom_v, audit_query{x.since_us, x.limit});
  }

  caf::result<trace_report> on_trace(const trace_request& x) {
    if (!tunables_.trace)
      return to_caf({errc::refused, "trace: only a node remembers messages"});
    return relay<job_details, trace_report>(
      peers_.reader, tunables_.question_deadline,
      [this](const job_details& found) { return tunables_.trace(found.job); },
      job_atom_v, x.id);
  }

  caf::result<bool> on_shutdown(const std::string& asker) {
    if (!peers_.host || !peers_.librarian)
      return to_caf({errc::unreachable, "shutdown: no node runs"});
    return relay<bool, bool>(
      peers_.librarian, tunables_.question_deadline,
      [this, asker](bool) {
        caf::anon_send(peers_.host, shutdown_atom_v, asker);
        return true;
      },
      note_atom_v, note_of(asker, "shutdown", {}));
  }

  // -- verbs of several steps -------------------------------------------------

  /// One look for all who asked before it began: later ones get the next.
  void ask_status() {
    status_asked_ = std::exchange(status_wanted_, {});
    if (status_asked_.empty())
      return;
    ask(peers_.reader, status_atom_v)
      .then(
        [this](library_status& x) {
          node_status status;
          status.supervision.held = x.held;
          status.library = std::move(x);
          status.now_us = clock_->now_us();
          status.started_us = started_us_;
          if (!peers_.supervisor)
            return tell_status(status);
          add_standing(std::move(status));
        },
        [this](caf::error& why) { fail_status(why); });
  }

  void add_standing(node_status status) {
    ask(peers_.supervisor, standing_atom_v)
      .then(
        [this, status = std::move(status)](supervision_status& x) mutable {
          status.supervision = std::move(x);
          if (!peers_.broker)
            return tell_status(status);
          add_broker(std::move(status));
        },
        [this](caf::error& why) { fail_status(why); });
  }

  void add_broker(node_status status) {
    ask(peers_.broker, status_atom_v)
      .then(
        [this, status = std::move(status)](broker_status& x) mutable {
          status.broker = std::move(x);
          tell_status(status);
        },
        [this](caf::error& why) { fail_status(why); });
  }

  void tell_status(const node_status& status) {
    for (const auto& owed : status_asked_)
      debts_.pay(owed, status);
    ask_status();
  }

  void fail_status(const caf::error& why) {
    for (const auto& owed : status_asked_)
      debts_.refuse(owed, why);
    ask_status();
  }

  template <class Atom>
  caf::result<std::int64_t> change_jobs(const job_change_request& x,
                                        std::string action, Atom atom) {
    if (auto why = why_read_only(); why.code != errc::none)
      return to_caf(why);
    auto filter = filter_of(x);
    if (!filter)
      return to_caf(filter.failure());
    job_verb verb{
      std::move(filter.value()), x.dry_run,
      note_of(x.asker, std::move(action), x.id, describe_filter(x))};
    if (x.id.empty())
      return pass_on<std::int64_t>(peers_.supervisor,
                                   tunables_.question_deadline, atom, verb);
    const auto owed = debts_.owe<std::int64_t>(self_);
    ask(peers_.reader, job_atom_v, x.id)
      .then(
        [this, owed, verb, atom](const job_details& found) mutable {
          verb.filter.ulid = found.job.ulid;
          verb.note.target = found.job.ulid;
          ask(peers_.supervisor, atom, verb)
            .then([this, owed](std::int64_t count) { debts_.pay(owed, count); },
                  debts_.fails(owed));
        },
        debts_.fails(owed));
    return owed.promise;
  }

  void explain_job(const debt<idle_answer>& owed, const std::string& word) {
    ask(peers_.reader, job_atom_v, word)
      .then([this, owed](
              job_details& found) { explain_row(owed, std::move(found.job)); },
            debts_.fails(owed));
  }

  void explain_row(const debt<idle_answer>& owed, job_row job) {
    const auto conclude = [this, owed](idle_facts facts) {
      facts.holder = tunables_.holder;
      facts.now_us = clock_->now_us();
      debts_.pay(owed, why_not_running(facts));
    };
    if (peers_.supervisor) {
      ask(peers_.supervisor, standing_atom_v)
        .then([conclude, job = std::move(job)](
                const supervision_status& x) { conclude(facts_of(job, x)); },
              debts_.fails(owed));
      return;
    }
    ask(peers_.reader, status_atom_v)
      .then(
        [this, conclude, job = std::move(job)](const library_status& x) {
          idle_facts facts;
          facts.job = job;
          facts.held = x.held;
          facts.served = !tunables_.holder.empty();
          // Another process has the pools; that it has none is not known.
          facts.pool = {true, 1, 0, {}};
          conclude(std::move(facts));
        },
        debts_.fails(owed));
  }

  /// A file without entry: perhaps because intake is held.
  void explain_absence(const debt<idle_answer>& owed, const std::string& path,
                       const error& why) {
    if (why.code != errc::not_found) {
      debts_.refuse(owed, to_caf(why));
      return;
    }
    ask(peers_.reader, status_atom_v)
      .then(
        [this, owed, path, why](const library_status& x) {
          const auto held = why_intake_is_held(x.held, {}, clock_->now_us());
          if (held.code == errc::none)
            debts_.refuse(owed, to_caf(why));
          else
            debts_.pay(owed, why_not_recorded(path, held));
        },
        debts_.fails(owed));
  }

  // -- what is held -----------------------------------------------------------

  /// Changes what is held. Doing it twice changes nothing, so that it is
  /// asked for again while nobody says whether it happened.
  template <class T>
  caf::result<T> hold(hold_order order, T (*shown)(const hold_outcome&)) {
    if (auto why = why_read_only(); why.code != errc::none)
      return to_caf(why);
    const auto owed = debts_.owe<T>(self_);
    try_hold(owed, std::move(order), shown, tunables_.tries_max);
    return owed.promise;
  }

  template <class T>
  void try_hold(const debt<T>& owed, hold_order order,
                T (*shown)(const hold_outcome&), int tries) {
    ask(peers_.supervisor, hold_atom_v, order)
      .then([this, owed,
             shown](const hold_outcome& x) { debts_.pay(owed, shown(x)); },
            [this, owed, order, shown, tries](caf::error& why) {
              if (tries > 1 && from_caf(why).code == errc::timeout)
                try_hold(owed, order, shown, tries - 1);
              else
                debts_.refuse(owed, why);
            });
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  administrator_actor::pointer self_;

  administrator_tunables tunables_;
  administrator_peers peers_;

  /// Borrowed. Never null after make_behavior.
  const wall_clock* clock_ = nullptr;

  std::int64_t started_us_ = 0;
  std::optional<ulid_sequence> tokens_;

  debt_book debts_;
  /// Who gets the look that is under way, and who gets the next.
  std::vector<debt<node_status>> status_asked_;
  std::vector<debt<node_status>> status_wanted_;
};

administrator_actor::behavior_type
administrator(administrator_actor::stateful_pointer<administrator_state> self,
              const administrator_tunables& tunables,
              const administrator_peers& peers, const wall_clock* clock) {
  return self->state.make_behavior(tunables, peers, *clock);
}

} // namespace

// -- spawn --------------------------------------------------------------------

administrator_actor spawn_administrator(caf::actor_system& system,
                                        const administrator_tunables& tunables,
                                        const administrator_peers& peers,
                                        const wall_clock& clock) {
  return system.spawn(administrator, tunables, peers, &clock);
}

} // namespace troupe
