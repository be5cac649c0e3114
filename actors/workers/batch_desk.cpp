#include "actors/workers/batch_desk.hpp"

#include "actors/caf_error.hpp"
#include "domain/dispatch/matcher.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>

namespace troupe {

namespace {

using promise = caf::typed_response_promise<embedded_batch_ptr>;

struct waiting_batch {
  picture_batch_ptr batch;
  promise answer;
};

// -- state --------------------------------------------------------------------

/// Invariant: an EMBEDDER is in `matcher_`, or holds one batch, or is gone.
class batch_desk_state {
public:
  static constexpr const char* name = "troupe.batch_desk";

  explicit batch_desk_state(batch_desk_actor::pointer self) : self_(self) {}

  /// Batches that nobody took are answered: nobody will.
  ~batch_desk_state() {
    matcher_.ask({});
    while (auto left = matcher_.match()) {
      left->first.answer.deliver(
        to_caf({errc::cancelled, "the BATCH DESK ended"}));
      matcher_.ask({});
    }
  }

  batch_desk_state(const batch_desk_state&) = delete;
  batch_desk_state& operator=(const batch_desk_state&) = delete;

  batch_desk_actor::behavior_type
  make_behavior(std::chrono::milliseconds deadline) {
    deadline_ = deadline;
    self_->set_down_handler([this](const caf::down_msg& x) {
      matcher_.leave_if([&x](const embedder_actor& waiting) {
        return waiting.address() == x.source;
      });
    });
    return {
      [this](ask_atom) { on_ask(); },
      [this](work_atom, const picture_batch_ptr& x) { return on_work(x); },
    };
  }

private:
  // -- message handlers, in the order of batch_desk_actor ---------------------

  void on_ask() {
    const auto who = caf::actor_cast<embedder_actor>(self_->current_sender());
    if (!who)
      return;
    self_->monitor(who);
    matcher_.ask(who);
    give_out();
  }

  caf::result<embedded_batch_ptr> on_work(const picture_batch_ptr& batch) {
    auto answer = self_->make_response_promise<embedded_batch_ptr>();
    matcher_.offer({batch, answer}, batch->priority);
    give_out();
    return answer;
  }

  // -- helpers ----------------------------------------------------------------

  void give_out() {
    while (auto pair = matcher_.match()) {
      auto& [work, embedder] = *pair;
      self_->request(embedder, deadline_, work_atom_v, work.batch)
        .then(
          [this, embedder = embedder,
           answer = work.answer](const embedded_batch_ptr& made) mutable {
            answer.deliver(made);
            matcher_.ask(embedder);
            give_out();
          },
          [answer = work.answer](caf::error& why) mutable {
            answer.deliver(std::move(why));
          });
    }
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  batch_desk_actor::pointer self_;
  std::chrono::milliseconds deadline_{};
  matcher<waiting_batch, embedder_actor> matcher_;
};

batch_desk_actor::behavior_type
batch_desk(batch_desk_actor::stateful_pointer<batch_desk_state> self,
           std::chrono::milliseconds deadline) {
  return self->state.make_behavior(deadline);
}

} // namespace

// -- spawn --------------------------------------------------------------------

batch_desk_actor spawn_batch_desk(caf::actor_system& system,
                                  std::chrono::milliseconds deadline) {
  return system.spawn(batch_desk, deadline);
}

} // namespace troupe
