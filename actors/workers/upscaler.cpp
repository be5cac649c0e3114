#include "actors/workers/upscaler.hpp"

#include "actors/caf_error.hpp"
#include "actors/tracing/traced.hpp"
#include "actors/workers/blame.hpp"
#include "domain/jobs/attempt.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <exception>
#include <map>
#include <new>
#include <optional>
#include <utility>

namespace troupe {

namespace {

using namespace std::chrono_literals;

/// A helper computes one tile in that time, or is given up.
constexpr auto tile_deadline = 120s;

/// Reading a file of weights takes the FOREMAN some milliseconds.
constexpr auto weights_deadline = 60s;

/// One picture in hand.
struct open_picture {
  claimed_job_ptr job;
  upscale::upscale_order order;
  std::shared_ptr<const upscale::source_picture> source;
  image::image_size wanted;
  /// Absent until the network is there.
  std::unique_ptr<upscale::enlargement> work;
};

// -- state --------------------------------------------------------------------

/// Invariant: while `picture_` has work, a step message or a helper's answer
/// is on its way.
class upscaler_state {
public:
  static constexpr const char* name = "troupe.upscaler";

  explicit upscaler_state(upscaler_actor::pointer self) : self_(self) {}

  upscaler_actor::behavior_type
  make_behavior(const upscaler_tunables& tunables, const upscaler_ports& ports,
                const worker_seat& seat, const dispatcher_actor& supervisor,
                const foreman_actor& foreman) {
    tunables_ = tunables;
    ports_ = ports;
    seat_ = seat;
    supervisor_ = supervisor;
    foreman_ = foreman;
    if (ports_.threads != nullptr && tunables.where == placement::detached) {
      ports_.threads->name_thread(fmt::format("upscaler-{}", seat.slot));
      ports_.threads->flush_denormals();
    }
    self_->set_down_handler([this](const caf::down_msg& x) { on_down(x); });
    self_->monitor(foreman);
    self_->send(foreman_, ask_atom_v, as_helper());
    self_->send(supervisor_, ask_atom_v, seat_);
    return {
      [this](work_atom, const claimed_job_ptr& x) { on_work(x); },
      [this](cancel_atom, const claim_key& x, bool back) {
        on_cancel(x, back);
      },
      [this](step_atom) { on_step(); },
      [this](tile_atom, const tile_task_ptr& x) { return on_tile(*x); },
      [this](lend_atom, const helper_actor& x) { on_lend(x); },
    };
  }

private:
  // -- message handlers, in the order of upscaler_actor -----------------------

  void on_work(const claimed_job_ptr& job) {
    note_job(job->key.job);
    self_->send(foreman_, leave_atom_v, as_helper());
    picture_.emplace();
    picture_->job = job;
    guarded([this] { open(); });
  }

  void on_cancel(const claim_key& key, bool hand_back) {
    if (!is_current(key))
      return;
    work_outcome outcome;
    outcome.outcome =
      hand_back ? attempt_outcome::returned : attempt_outcome::cancelled;
    if (!hand_back)
      outcome.why = error_class::cancelled;
    end(std::move(outcome));
  }

  void on_step() {
    step_on_its_way_ = false;
    if (!picture_ || !picture_->work)
      return;
    note_job(picture_->job->key.job);
    // Without a tile it waits for those of its helpers.
    bool made = false;
    guarded([&] {
      hand_out();
      if (auto task = picture_->work->next_tile()) {
        made = true;
        take(task->part, maker_.make(*task));
      }
    });
    if (made)
      go_on();
  }

  caf::result<tile_pixels_ptr> on_tile(const upscale::tile_task& task) {
    if (picture_)
      return to_caf({errc::overloaded, "it has a picture of its own"});
    return std::make_shared<const upscale::tile_pixels>(maker_.make(task));
  }

  void on_lend(const helper_actor& helper) {
    if (!picture_ || !picture_->work)
      return;
    self_->monitor(helper);
    idle_helpers_.insert_or_assign(helper.address(), helper);
    go_on();
  }

  void on_down(const caf::down_msg& x) {
    // A pool without FOREMAN can do nothing, and breaks.
    if (x.source == foreman_)
      self_->quit(x.reason);
    else
      lose(x.source);
  }

  // -- the stages -------------------------------------------------------------

  void open() {
    auto order = upscale::read_order(picture_->job->params);
    if (!order)
      return fail("open", order.failure());
    picture_->order = std::move(*order);
    const auto& path = picture_->order.input;
    if (auto same = check_stamp(); !same)
      return fail("open", same.failure());
    const auto bytes = ports_.files->read(path, tunables_.file_bytes_max);
    if (!bytes)
      return fail("open", bytes.failure());
    auto source = upscale::read_source({*ports_.codec, *ports_.profiles},
                                       *bytes, tunables_.limits);
    if (!source)
      return fail("decode", of_picture(source.failure()));
    picture_->source =
      std::make_shared<const upscale::source_picture>(std::move(*source));
    const auto wanted = upscale::ordered_size(
      picture_->order, picture_->source->size, pixels_out_max());
    if (!wanted)
      return fail("open", of_picture(wanted.failure()));
    picture_->wanted = *wanted;
    ask_weights();
  }

  void ask_weights() {
    const auto key = picture_->job->key;
    self_
      ->request(foreman_, weights_deadline, weights_atom_v,
                weights_wish{picture_->order.model, picture_->source->size,
                             picture_->wanted})
      .then(
        [this, key](const weights_grant& x) {
          if (!is_current(key))
            return;
          guarded([&] { begin(x.weights); });
          go_on();
        },
        [this, key](const caf::error& why) {
          if (is_current(key))
            fail("open", from_caf(why));
        });
  }

  void begin(const upscale::weights_ptr& weights) {
    const auto plan =
      upscale::plan_scale(picture_->source->size, picture_->wanted,
                          weights == nullptr ? 1 : weights->graph().factor);
    auto work = upscale::enlargement::begin(
      {ports_.encoder, ports_.files}, picture_->order, picture_->source,
      weights, plan, tunables_.scratch_bytes_max);
    if (!work)
      return fail("open", of_picture(work.failure()));
    picture_->work = std::move(*work);
    if (picture_->work->tiles() > 1)
      self_->send(foreman_, lend_atom_v, as_borrower());
    beat();
  }

  /// One tile for each helper that has none.
  void hand_out() {
    while (!idle_helpers_.empty()) {
      auto task = picture_->work->next_tile();
      if (!task)
        return;
      const auto helper = idle_helpers_.extract(idle_helpers_.begin()).mapped();
      ask_for(helper, *task);
    }
  }

  void ask_for(const helper_actor& helper, const upscale::tile_task& task) {
    const auto key = picture_->job->key;
    asked_.insert_or_assign(helper.address(), task.part);
    self_
      ->request(helper, tile_deadline, tile_atom_v,
                std::make_shared<const upscale::tile_task>(task))
      .then(
        [this, key, helper, part = task.part](const tile_pixels_ptr& x) {
          if (!is_current(key))
            return;
          asked_.erase(helper.address());
          idle_helpers_.insert_or_assign(helper.address(), helper);
          guarded([&] { take(part, *x); });
          go_on();
        },
        [this, key, helper](const caf::error&) {
          // Busy or too slow: the FOREMAN lends it again when it can.
          if (is_current(key))
            lose(helper.address());
        });
  }

  /// A helper that died never answers: CAF drops what it had in hand.
  void lose(const caf::actor_addr& helper) {
    idle_helpers_.erase(helper);
    const auto tile = asked_.extract(helper);
    if (tile.empty())
      return;
    picture_->work->give_back(tile.mapped());
    go_on();
  }

  void take(const network::tile& part, const upscale::tile_pixels& pixels) {
    auto& work = *picture_->work;
    if (auto taken = work.take(part, pixels); !taken)
      return fail("encode", of_picture(taken.failure()));
    beat();
    if (work.tiles_left() > 0)
      return;
    // Bytes that changed meanwhile are not what was asked for.
    if (auto same = check_stamp(); !same)
      return fail("decode", same.failure());
    if (auto done = work.finish(); !done)
      return fail("encode", of_picture(done.failure()));
    work_outcome outcome;
    auto notes = picture_->source->notes;
    notes.insert(notes.end(), work.notes().begin(), work.notes().end());
    outcome.message = fmt::format("{}", fmt::join(notes, "; "));
    outcome.output = job_output{"{}"};
    end(std::move(outcome));
  }

  // -- helpers ----------------------------------------------------------------

  [[nodiscard]] helper_actor as_helper() const {
    return caf::actor_cast<helper_actor>(upscaler_actor{self_});
  }

  [[nodiscard]] borrower_actor as_borrower() const {
    return caf::actor_cast<borrower_actor>(upscaler_actor{self_});
  }

  [[nodiscard]] bool is_current(const claim_key& key) const {
    return picture_ && picture_->job->key == key;
  }

  /// A picture may grow 16 times over the limit of what is read.
  [[nodiscard]] std::uint64_t pixels_out_max() const noexcept {
    constexpr std::uint64_t times = 16;
    return tunables_.limits.pixels_max * times;
  }

  void go_on() {
    if (picture_ && picture_->work && !std::exchange(step_on_its_way_, true))
      self_->send(self_, step_atom_v);
  }

  [[nodiscard]] error of_picture(const error& why) const {
    return {why.code, fmt::format("{}: {}", picture_->order.input, why.detail)};
  }

  [[nodiscard]] result<void> check_stamp() const {
    const auto& order = picture_->order;
    if (!order.stamp)
      return {};
    const auto now = ports_.finder->stamp(order.input);
    if (!now)
      return now.failure();
    if (*now == *order.stamp)
      return {};
    return error{errc::refused,
                 fmt::format("{}: it changed since the order was given; give "
                             "it again when it is complete",
                             order.input)};
  }

  /// Runs a stage with its picture to blame. No exception leaves it.
  template <class Stage>
  void guarded(Stage&& stage) {
    const blame guilty{ports_.crashes, *picture_->job, ports_.codec->version()};
    try {
      stage();
    } catch (const std::bad_alloc&) {
      if (!picture_)
        throw;
      fail("enlarge", of_picture({errc::overloaded, "not enough memory"}));
    } catch (const std::exception& why) {
      if (!picture_)
        throw;
      fail("enlarge", of_picture({errc::internal, why.what()}));
    }
  }

  void beat() {
    const auto& work = *picture_->work;
    worker_beat sign{seat_, picture_->job->key};
    // Progress is counted in tiles.
    sign.media_s = static_cast<double>(work.tiles() - work.tiles_left());
    sign.duration_s = static_cast<double>(work.tiles());
    sign.memory = {static_cast<std::int64_t>(maker_.scratch_bytes()),
                   static_cast<std::int64_t>(maker_.weight_bytes())};
    self_->send(supervisor_, beat_atom_v, std::move(sign));
  }

  void fail(std::string_view stage, const error& why) {
    work_outcome outcome;
    outcome.outcome = attempt_outcome::failed;
    outcome.why = classify(why.code);
    outcome.stage = stage;
    outcome.message = why.detail;
    end(std::move(outcome));
  }

  void end(work_outcome outcome) {
    worker_end last{seat_, picture_->job->key, std::move(outcome)};
    if (picture_->work)
      self_->send(foreman_, finish_atom_v, as_borrower());
    // What is unfinished goes away with it.
    picture_.reset();
    for (const auto& [helper, handle] : idle_helpers_)
      self_->demonitor(helper);
    for (const auto& [helper, tile] : asked_)
      self_->demonitor(helper);
    idle_helpers_.clear();
    asked_.clear();
    self_->send(foreman_, ask_atom_v, as_helper());
    self_->send(supervisor_, end_atom_v, std::move(last));
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  upscaler_actor::pointer self_;

  upscaler_tunables tunables_;
  upscaler_ports ports_;
  worker_seat seat_;
  dispatcher_actor supervisor_;
  foreman_actor foreman_;

  /// Its own scratch.
  upscale::tile_maker maker_;

  /// The picture in hand.
  std::optional<open_picture> picture_;

  /// Lent to this picture, without a tile.
  std::map<caf::actor_addr, helper_actor> idle_helpers_;

  /// Lent to this picture, and at work on a tile of it.
  std::map<caf::actor_addr, network::tile> asked_;

  bool step_on_its_way_ = false;
};

upscaler_actor::behavior_type
upscaler(upscaler_actor::stateful_pointer<upscaler_state> self,
         const upscaler_tunables& tunables, const upscaler_ports& ports,
         const worker_seat& seat, const dispatcher_actor& supervisor,
         const foreman_actor& foreman) {
  return self->state.make_behavior(tunables, ports, seat, supervisor, foreman);
}

} // namespace

// -- spawn --------------------------------------------------------------------

upscaler_actor spawn_upscaler(caf::actor_system& system,
                              const upscaler_tunables& tunables,
                              const upscaler_ports& ports,
                              const worker_seat& seat,
                              const dispatcher_actor& supervisor,
                              const foreman_actor& foreman) {
  if (tunables.where == placement::detached)
    return spawn_traced<caf::detached>(system, upscaler, tunables, ports, seat,
                                       supervisor, foreman);
  return spawn_traced(system, upscaler, tunables, ports, seat, supervisor,
                      foreman);
}

} // namespace troupe
