#include "actors/finder.hpp"

#include "actors/caf_error.hpp"
#include "domain/library/vanish_ledger.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <deque>
#include <utility>

namespace troupe {

namespace {

constexpr std::size_t problems_kept_max = 1'000;

/// One walk: what was asked, who waits, and how far it is.
struct present_walk {
  find_request request;
  caf::typed_response_promise<find_report> promise;
  find_report report;
  std::vector<std::string> roots;
  std::unique_ptr<media_walk> files;
  vanish_ledger ledger;
  /// Walked files not examined yet.
  std::deque<walked_file> queue;
  /// Examined files not recorded yet.
  found_batch batch;
  std::int64_t batch_bytes = 0;
  /// The present batch is full at this many bytes.
  std::int64_t batch_bytes_limit = 0;
  bool walked_all = false;
  /// A folder could not be read: what is in it has not vanished.
  bool incomplete = false;
};

// -- state --------------------------------------------------------------------

/// Invariant: while a walk is under way, exactly one of these is pending: a
/// step message, or a request to READER or SUPERVISOR.
class finder_state {
public:
  static constexpr const char* name = "troupe.finder";

  explicit finder_state(finder_actor::pointer self) : self_(self) {}

  /// Answers whoever still waits: CAF never does.
  ~finder_state() {
    const auto why = to_caf({errc::unreachable, "the FINDER ended"});
    if (now_)
      now_->promise.deliver(why);
    for (auto& walk : waiting_)
      walk->promise.deliver(why);
  }

  finder_state(const finder_state&) = delete;
  finder_state& operator=(const finder_state&) = delete;

  finder_actor::behavior_type make_behavior(const finder_tunables& tunables,
                                            const supervisor_actor& supervisor,
                                            const reader_actor& reader,
                                            const media_finder& files) {
    tunables_ = tunables;
    if (tunables_.threads != nullptr && tunables_.where == placement::detached)
      tunables_.threads->name_thread("finder");
    supervisor_ = supervisor;
    reader_ = reader;
    files_ = &files;
    return {
      [this](find_atom, find_request& x) { return on_find(std::move(x)); },
      [this](progress_atom) { return on_progress(); },
      [this](cancel_atom) { on_cancel(); },
      [this](cancel_atom, std::int64_t walk) { on_cancel_walk(walk); },
      [this](step_atom) { on_step(); },
    };
  }

private:
  // -- message handlers, in the order of finder_actor -------------------------

  caf::result<find_report> on_find(find_request request) {
    auto walk = std::make_unique<present_walk>();
    walk->batch_bytes_limit = tunables_.first_batch_bytes;
    walk->request = std::move(request);
    walk->report.counts.walk = walk->request.walk;
    walk->promise = self_->make_response_promise<find_report>();
    auto promise = walk->promise;
    waiting_.push_back(std::move(walk));
    if (!now_)
      begin_next();
    return promise;
  }

  find_progress on_progress() {
    return now_ ? now_->report.counts : last_;
  }

  void on_cancel() {
    for (auto& walk : std::exchange(waiting_, {}))
      cancel(*walk);
    // A step or a reply is on its way and ends the present one.
    cancelled_ = now_ != nullptr;
  }

  void on_cancel_walk(std::int64_t walk) {
    std::erase_if(waiting_, [&](const auto& each) {
      const bool meant = each->request.walk == walk;
      if (meant)
        cancel(*each);
      return meant;
    });
    if (now_ && now_->request.walk == walk)
      cancelled_ = true;
  }

  void on_step() {
    if (!now_)
      return;
    if (cancelled_) {
      cancel(*now_);
      end();
      return;
    }
    if (now_->queue.empty() && !now_->walked_all)
      walk_on();
    examine_some();
    const bool over = now_->walked_all && now_->queue.empty();
    if (over || batch_is_full())
      record(over);
    else
      self_->send(self_, step_atom_v);
  }

  // -- the walk ---------------------------------------------------------------

  void begin_next() {
    if (waiting_.empty())
      return;
    now_ = std::move(waiting_.front());
    waiting_.pop_front();
    cancelled_ = false;
    for (const auto& root : now_->request.roots) {
      auto real = files_->resolve(root);
      if (!real)
        return fail(real.failure());
      now_->roots.push_back(std::move(real.value()));
    }
    auto walk = files_->walk(now_->roots);
    if (!walk)
      return fail(walk.failure());
    now_->files = std::move(walk.value());
    self_
      ->request(reader_, tunables_.deadline, known_atom_v,
                path_list{now_->roots})
      .then(
        [this](const known_files_ptr& known) {
          now_->ledger = vanish_ledger{*known};
          now_->report.known = now_->ledger.known();
          self_->send(self_, step_atom_v);
        },
        [this](caf::error& why) { fail(from_caf(why)); });
  }

  void walk_on() {
    auto part = now_->files->next(tunables_.batch_files_max);
    now_->walked_all = part.finished;
    now_->incomplete = now_->incomplete || !part.problems.empty();
    for (auto& problem : part.problems)
      note_problem(std::move(problem));
    for (auto& file : part.files) {
      ++now_->report.counts.files_seen;
      if (now_->ledger.meet(file))
        ++now_->report.counts.unchanged;
      else
        now_->queue.push_back(std::move(file));
    }
  }

  void examine_some() {
    while (!now_->queue.empty() && !batch_is_full()) {
      const auto file = std::move(now_->queue.front());
      now_->queue.pop_front();
      now_->report.counts.current = file.path;
      examine(file);
    }
  }

  void examine(const walked_file& file) {
    auto found = files_->examine(file);
    if (!found) {
      if (found.failure().code != errc::not_found)
        now_->ledger.spare(file.path);
      note_problem({file.path, found.failure()});
      return;
    }
    if (!*found) {
      now_->ledger.unmeet(file.path);
      return;
    }
    auto& media = **found;
    auto& counts = now_->report.counts;
    ++counts.media[static_cast<std::size_t>(media.kind)];
    counts.bytes_read += media.stamp.bytes;
    now_->batch_bytes += media.stamp.bytes;
    now_->batch.files.push_back(std::move(media));
  }

  /// Sends the batch; the answer is the credit for the next step.
  void record(bool over) {
    now_->batch_bytes = 0;
    now_->batch_bytes_limit =
      std::min(2 * now_->batch_bytes_limit, tunables_.batch_bytes_max);
    if (now_->request.dry_run || now_->batch.files.empty()) {
      now_->batch = {};
      go_on(over);
      return;
    }
    now_->batch.token = now_->request.token;
    self_
      ->request(supervisor_, tunables_.deadline, record_atom_v,
                std::exchange(now_->batch, {}))
      .then(
        [this, over](const record_report& x) {
          add(x);
          go_on(over);
        },
        [this](caf::error& why) { fail(from_caf(why)); });
  }

  void go_on(bool over) {
    if (over && !cancelled_)
      sweep();
    else
      self_->send(self_, step_atom_v);
  }

  void sweep() {
    auto vanished = now_->ledger.vanished();
    now_->report.vanished = static_cast<std::int64_t>(vanished.size());
    now_->report.vanish_refused =
      !now_->request.force && !vanished.empty()
      && now_->ledger.looks_unmounted(vanished.size());
    if (now_->request.prune && !now_->report.vanish_refused)
      for (const auto entry : now_->ledger.still_missing())
        vanished.push_back(entry);
    const bool leave = vanished.empty() || now_->request.dry_run
                       || now_->report.vanish_refused || now_->incomplete;
    if (leave)
      return finish();
    self_
      ->request(supervisor_, tunables_.deadline, sweep_atom_v,
                sweep_request{std::move(vanished), now_->request.prune})
      .then(
        [this](const sweep_report& x) {
          now_->report.swept = x;
          finish();
        },
        [this](caf::error& why) { fail(from_caf(why)); });
  }

  // -- helpers ----------------------------------------------------------------

  [[nodiscard]] bool batch_is_full() const {
    return now_->batch.files.size() >= tunables_.batch_files_max
           || now_->batch_bytes >= now_->batch_bytes_limit;
  }

  void note_problem(find_problem problem) {
    ++now_->report.problems_total;
    if (now_->report.problems.size() < problems_kept_max)
      now_->report.problems.push_back(std::move(problem));
  }

  void add(const record_report& x) {
    auto& sum = now_->report.counts.recorded;
    sum.entries_new += x.entries_new;
    sum.entries_changed += x.entries_changed;
    sum.entries_moved += x.entries_moved;
    sum.entries_touched += x.entries_touched;
    sum.jobs_new += x.jobs_new;
  }

  void finish() {
    now_->report.counts.finished = true;
    now_->promise.deliver(now_->report);
    end();
  }

  void fail(const error& why) {
    now_->promise.deliver(to_caf(why));
    end();
  }

  static void cancel(present_walk& walk) {
    walk.report.cancelled = true;
    walk.promise.deliver(walk.report);
  }

  void end() {
    last_ = now_->report.counts;
    now_.reset();
    cancelled_ = false;
    begin_next();
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  finder_actor::pointer self_;

  finder_tunables tunables_;
  supervisor_actor supervisor_;
  reader_actor reader_;

  /// Borrowed. Never null after make_behavior.
  const media_finder* files_ = nullptr;

  std::unique_ptr<present_walk> now_;
  std::deque<std::unique_ptr<present_walk>> waiting_;
  find_progress last_;
  bool cancelled_ = false;
};

finder_actor::behavior_type
finder(finder_actor::stateful_pointer<finder_state> self,
       const finder_tunables& tunables, const supervisor_actor& supervisor,
       const reader_actor& reader, const media_finder* files) {
  return self->state.make_behavior(tunables, supervisor, reader, *files);
}

} // namespace

// -- spawn --------------------------------------------------------------------

finder_actor spawn_finder(caf::actor_system& system,
                          const finder_tunables& tunables,
                          const supervisor_actor& supervisor,
                          const reader_actor& reader,
                          const media_finder& files) {
  if (tunables.where == placement::detached)
    return system.spawn<caf::detached>(finder, tunables, supervisor, reader,
                                       &files);
  return system.spawn(finder, tunables, supervisor, reader, &files);
}

} // namespace troupe
