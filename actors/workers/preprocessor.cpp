#include "actors/workers/preprocessor.hpp"

#include "actors/caf_error.hpp"
#include "actors/workers/job_care.hpp"
#include "domain/placement/thread_bound.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

namespace troupe {

namespace {

/// Time between two signs of life while it only waits for EMBEDDERs; a third
/// of the shortest time limit that can be configured would still do.
constexpr std::chrono::seconds sign_of_life_every{5};

using bound_decoder = thread_bound<std::unique_ptr<picture_decoder>>;
using picture_former = batch_former<picture_batch::item>;

// -- state --------------------------------------------------------------------

/// Invariant: each job given and not ended is in `queue_`, in `former_`, or in
/// a batch at the desk; the latter two together are `pictures_`.
class preprocessor_state {
public:
  static constexpr const char* name = "troupe.preprocessor";

  explicit preprocessor_state(preprocessor_actor::pointer self) : self_(self) {}

  preprocessor_actor::behavior_type
  make_behavior(const preprocessor_tunables& tunables,
                const preprocessor_ports& ports, const worker_seat& seat,
                const dispatcher_actor& supervisor,
                const batch_desk_actor& desk) {
    tunables_ = tunables;
    ports_ = ports;
    seat_ = seat;
    supervisor_ = supervisor;
    desk_ = desk;
    former_.emplace(tunables.batches);
    settle_on_thread();
    decoder_.emplace(ports_.open_decoder, thread_namer());
    version_ = (*decoder_->use().value())->version();
    self_->send(supervisor_, ask_atom_v, seat_);
    return {
      [this](work_atom, const claimed_job_ptr& x) { on_work(x); },
      [this](cancel_atom, const claim_key& x, bool back) {
        on_cancel(x, back);
      },
      [this](step_atom) { on_step(); },
      [this](dispatch_atom) { on_dispatch(); },
      [this](watch_atom) { on_watch(); },
    };
  }

private:
  // -- message handlers, in the order of preprocessor_actor -------------------

  void on_work(const claimed_job_ptr& job) {
    queue_.push_back(job);
    held_.push_back(job->key);
    step_soon();
    watch_later();
  }

  /// A picture that is with an EMBEDDER is finished in a moment anyway.
  void on_cancel(const claim_key& key, bool hand_back) {
    const auto queued =
      std::find_if(queue_.begin(), queue_.end(),
                   [&key](const auto& job) { return job->key == key; });
    if (queued != queue_.end()) {
      queue_.erase(queued);
      return end(key, called_off(hand_back));
    }
    const auto formed = former_->remove(
      [&key](const auto& item) { return item.job->key == key; });
    if (!formed)
      return;
    --pictures_;
    end(key, called_off(hand_back));
    step_soon();
  }

  void on_step() {
    step_on_its_way_ = false;
    if (!may_decode())
      return;
    const auto job = queue_.front();
    queue_.pop_front();
    beat(job->key);
    decode(job);
    send_batches();
    step_soon();
  }

  void on_dispatch() {
    dispatch_on_its_way_ = false;
    send_batches();
  }

  void on_watch() {
    watch_on_its_way_ = false;
    if (held_.empty())
      return;
    beat(held_.front());
    watch_later();
  }

  // -- the work ---------------------------------------------------------------

  void decode(const claimed_job_ptr& job) {
    const blame guilty{ports_.crashes, *job, version_};
    std::optional<image::seen_picture> seen;
    std::string_view stage = "open";
    const auto done = run_contained(*job, [&]() -> result<void> {
      const auto bytes = read(*job);
      if (!bytes)
        return bytes.failure();
      stage = "decode";
      auto decoder = decoder_->use();
      if (!decoder)
        return decoder.failure();
      auto made = see((**decoder)->ports(), *bytes, tunables_.rules);
      if (!made)
        return error{made.failure().code,
                     fmt::format("{}: {}", job->path, made.failure().detail)};
      seen = std::move(*made);
      return {};
    });
    if (!done)
      return end(job->key, failed_at(stage, done.failure()));
    ++pictures_;
    former_->add({job, std::move(*seen)}, job->priority,
                 ports_.clock->monotonic_ms());
  }

  [[nodiscard]] result<std::vector<std::uint8_t>>
  read(const claimed_job& job) const {
    if (auto same = check_stamp(*ports_.files, job); !same)
      return same.failure();
    auto bytes = ports_.files->read(job.path);
    if (!bytes)
      return bytes;
    // Bytes that changed meanwhile are not the content this job is about.
    if (auto same = check_stamp(*ports_.files, job); !same)
      return same.failure();
    return bytes;
  }

  void send_batches() {
    while (auto closed = former_->take(ports_.clock->monotonic_ms())) {
      auto batch = std::make_shared<picture_batch>();
      batch->priority = closed->priority;
      batch->decoder = version_;
      batch->items = std::move(closed->items);
      send(std::move(batch));
    }
    const auto closes_ms = former_->closes_ms();
    if (!closes_ms || std::exchange(dispatch_on_its_way_, true))
      return;
    const auto wait_ms =
      std::max<std::int64_t>(*closes_ms - ports_.clock->monotonic_ms(), 1);
    self_->delayed_send(self_, std::chrono::milliseconds{wait_ms},
                        dispatch_atom_v);
  }

  void send(picture_batch_ptr batch) {
    std::vector<claim_key> keys;
    for (const auto& item : batch->items)
      keys.push_back(item.job->key);
    // The desk has the deadline, from when an EMBEDDER begins.
    self_->request(desk_, caf::infinite, work_atom_v, std::move(batch))
      .then([this, keys](const embedded_batch_ptr& x) { on_made(keys, *x); },
            [this, keys](caf::error& why) { on_lost(keys, from_caf(why)); });
  }

  void on_made(const std::vector<claim_key>& keys, const embedded_batch& made) {
    pictures_ -= static_cast<int>(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      work_outcome outcome;
      if (made[i])
        outcome.output = *made[i];
      else
        outcome = failed_at("embed", made[i].failure());
      end(keys[i], std::move(outcome));
    }
    step_soon();
  }

  /// An EMBEDDER took the batch with it. Which picture did it nobody knows:
  /// each is tried again, charged, so that a guilty one gives up in the end.
  void on_lost(const std::vector<claim_key>& keys, const error& why) {
    pictures_ -= static_cast<int>(keys.size());
    for (const auto& key : keys)
      end(key, failed_at("embed", {errc::internal, why.detail}));
    step_soon();
  }

  // -- helpers ----------------------------------------------------------------

  void settle_on_thread() {
    if (ports_.threads == nullptr || tunables_.where != placement::detached)
      return;
    ports_.threads->name_thread(fmt::format("preprocess-{}", seat_.slot));
    ports_.threads->flush_denormals();
    const auto cores = ports_.threads->cores();
    if (cores.empty())
      return;
    const auto index = static_cast<std::size_t>(seat_.slot) % cores.size();
    if (auto pinned = ports_.threads->pin_thread(cores[index]); !pinned)
      ports_.log->write(log_level::warning, "preprocessor",
                        "go on without a core: " + pinned.failure().detail);
  }

  [[nodiscard]] std::function<std::string()> thread_namer() const {
    if (ports_.threads == nullptr)
      return {};
    return [threads = ports_.threads] {
      return threads->thread_name();
    };
  }

  [[nodiscard]] bool may_decode() const {
    return !queue_.empty() && pictures_ < tunables_.pictures_max();
  }

  void step_soon() {
    if (may_decode() && !std::exchange(step_on_its_way_, true))
      self_->send(self_, step_atom_v);
  }

  void watch_later() {
    if (!std::exchange(watch_on_its_way_, true))
      self_->delayed_send(self_, sign_of_life_every, watch_atom_v);
  }

  void beat(const claim_key& key) {
    self_->send(supervisor_, beat_atom_v, worker_beat{seat_, key, 0.0, 0.0});
  }

  void end(const claim_key& key, work_outcome outcome) {
    std::erase(held_, key);
    self_->send(supervisor_, end_atom_v,
                worker_end{seat_, key, std::move(outcome)});
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  preprocessor_actor::pointer self_;
  preprocessor_tunables tunables_;
  preprocessor_ports ports_;
  worker_seat seat_;
  dispatcher_actor supervisor_;
  batch_desk_actor desk_;

  std::optional<bound_decoder> decoder_;
  std::string version_;

  /// Given, not yet decoded.
  std::deque<claimed_job_ptr> queue_;
  std::optional<picture_former> former_;
  /// Decoded and not yet embedded.
  int pictures_ = 0;
  /// The jobs that have not ended, in the order they came.
  std::vector<claim_key> held_;

  bool step_on_its_way_ = false;
  bool dispatch_on_its_way_ = false;
  bool watch_on_its_way_ = false;
};

preprocessor_actor::behavior_type
preprocessor(preprocessor_actor::stateful_pointer<preprocessor_state> self,
             const preprocessor_tunables& tunables,
             const preprocessor_ports& ports, const worker_seat& seat,
             const dispatcher_actor& supervisor, const batch_desk_actor& desk) {
  return self->state.make_behavior(tunables, ports, seat, supervisor, desk);
}

} // namespace

// -- spawn --------------------------------------------------------------------

preprocessor_actor spawn_preprocessor(caf::actor_system& system,
                                      const preprocessor_tunables& tunables,
                                      const preprocessor_ports& ports,
                                      const worker_seat& seat,
                                      const dispatcher_actor& supervisor,
                                      const batch_desk_actor& desk) {
  if (tunables.where == placement::detached)
    return system.spawn<caf::detached>(preprocessor, tunables, ports, seat,
                                       supervisor, desk);
  return system.spawn(preprocessor, tunables, ports, seat, supervisor, desk);
}

} // namespace troupe
