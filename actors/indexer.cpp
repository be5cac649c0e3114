#include "actors/indexer.hpp"

#include "actors/caf_error.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace troupe {

namespace {

using open_function = std::function<result<std::unique_ptr<library_reader>>()>;

// -- state --------------------------------------------------------------------

/// Invariant: while questions wait, an answer message is on its way; while the
/// index has work, a step message is.
class indexer_state {
public:
  static constexpr const char* name = "troupe.indexer";

  explicit indexer_state(indexer_actor::pointer self) : self_(self) {}

  indexer_actor::behavior_type make_behavior(const indexer_tunables& tunables,
                                             open_function open,
                                             const index::index_ports& ports,
                                             log_sink& log) {
    tunables_ = tunables;
    open_ = std::move(open);
    ports_ = ports;
    log_ = &log;
    return {
      [this](near_atom, near_query& x) { return on_near(x); },
      [this](spaces_atom) { return on_spaces(); },
      [this](changed_atom, bool lost) { on_changed(lost); },
      [this](answer_atom) { on_answer(); },
      [this](wake_atom) { on_wake(); },
      [this](step_atom) { on_step(); },
      [this](tidy_atom) { on_tidy(); },
    };
  }

  /// CAF never answers a promise that is left over.
  ~indexer_state() {
    for (auto& one : waiting_)
      one.promise.deliver(
        to_caf({errc::cancelled, "similar: the node is ending; ask again"}));
  }

  indexer_state(const indexer_state&) = delete;
  indexer_state& operator=(const indexer_state&) = delete;

private:
  struct question {
    near_query query;
    caf::typed_response_promise<near_answer> promise;
  };

  // -- message handlers, in the order of indexer_actor ------------------------

  caf::result<near_answer> on_near(near_query& query) {
    if (auto opened = open(); !opened)
      return to_caf(opened.failure());
    auto promise = self_->make_response_promise<near_answer>();
    waiting_.push_back({std::move(query), promise});
    if (waiting_.size() == 1)
      self_->send(self_, answer_atom_v);
    return promise;
  }

  index_report on_spaces() {
    return {index_ ? index_->spaces() : std::vector<indexed_space>{}};
  }

  void on_changed(bool lost) {
    if (!index_)
      return;
    index_->note_change(lost);
    ++changes_;
    if (!std::exchange(wake_on_its_way_, true))
      self_->delayed_send(self_, tunables_.take_in_after, wake_atom_v);
    if (!std::exchange(tidy_on_its_way_, true))
      self_->delayed_send(self_, tunables_.save_after, tidy_atom_v);
  }

  void on_answer() {
    auto batch = take_batch();
    std::vector<near_query> queries;
    for (auto& one : batch)
      queries.push_back(std::move(one.query));
    auto answers = index_->nearest(queries);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (answers[i])
        batch[i].promise.deliver(std::move(answers[i].value()));
      else
        batch[i].promise.deliver(to_caf(answers[i].failure()));
    }
    if (!waiting_.empty())
      self_->send(self_, answer_atom_v);
    look_for_work();
  }

  void on_wake() {
    wake_on_its_way_ = false;
    note(index_->catch_up(), "take in");
    look_for_work();
  }

  void on_step() {
    step_on_its_way_ = false;
    note(index_->work(), "work");
    look_for_work();
  }

  void on_tidy() {
    tidy_on_its_way_ = false;
    if (std::exchange(changes_, 0) > 0) {
      tidy_on_its_way_ = true;
      self_->delayed_send(self_, tunables_.save_after, tidy_atom_v);
      return;
    }
    index_->save_soon();
    look_for_work();
  }

  // -- helpers ----------------------------------------------------------------

  result<void> open() {
    if (index_)
      return {};
    if (ports_.kernel == nullptr)
      return error{errc::unsupported, "similar: this process has no index"};
    if (tunables_.threads != nullptr && tunables_.where == placement::detached)
      tunables_.threads->name_thread("indexer");
    auto reader = open_();
    if (!reader)
      return reader.failure();
    index_.emplace(std::move(reader.value()), ports_, tunables_.policy);
    return {};
  }

  std::vector<question> take_batch() {
    const auto count = std::min(waiting_.size(), tunables_.batch_max);
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<question> batch{std::make_move_iterator(waiting_.begin()),
                                std::make_move_iterator(end)};
    waiting_.erase(waiting_.begin(), end);
    return batch;
  }

  void look_for_work() {
    for (const auto& trouble : index_->take_troubles())
      note(result<void>{trouble}, "load");
    if (index_->has_work() && !std::exchange(step_on_its_way_, true))
      self_->send(self_, step_atom_v);
  }

  /// Nothing here loses an answer: what failed is made up for by the library.
  void note(const result<void>& outcome, std::string_view verb) {
    if (outcome || outcome.failure().code == errc::refused)
      return;
    log_->write(log_level::warning, "indexer",
                fmt::format("{} failed code={} {}", verb,
                            to_string(outcome.failure().code),
                            outcome.failure().detail));
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  indexer_actor::pointer self_;

  indexer_tunables tunables_;
  open_function open_;
  index::index_ports ports_;

  /// Borrowed. Never null after make_behavior.
  log_sink* log_ = nullptr;

  /// Empty until the first question.
  std::optional<index::library_index> index_;

  std::vector<question> waiting_;
  /// Commits since the last look whether to save.
  std::size_t changes_ = 0;
  bool wake_on_its_way_ = false;
  bool step_on_its_way_ = false;
  bool tidy_on_its_way_ = false;
};

indexer_actor::behavior_type
indexer(indexer_actor::stateful_pointer<indexer_state> self,
        const indexer_tunables& tunables, const open_function& open,
        const index::index_ports& ports, log_sink* log) {
  return self->state.make_behavior(tunables, open, ports, *log);
}

} // namespace

// -- spawn --------------------------------------------------------------------

indexer_actor spawn_indexer(caf::actor_system& system,
                            const indexer_tunables& tunables,
                            open_function open, const index::index_ports& ports,
                            log_sink& log) {
  if (tunables.where == placement::detached)
    return system.spawn<caf::detached>(indexer, tunables, std::move(open),
                                       ports, &log);
  return system.spawn(indexer, tunables, std::move(open), ports, &log);
}

} // namespace troupe
