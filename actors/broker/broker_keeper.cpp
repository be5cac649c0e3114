#include "actors/broker/broker_keeper.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace troupe {

namespace {

/// Invariant: there is a BROKER, and it is monitored.
class broker_keeper_state {
public:
  static constexpr const char* name = "troupe.broker_keeper";

  explicit broker_keeper_state(broker_actor::pointer self) : self_(self) {}

  ~broker_keeper_state() {
    if (broker_)
      caf::anon_send_exit(broker_, caf::exit_reason::user_shutdown);
  }

  broker_keeper_state(const broker_keeper_state&) = delete;
  broker_keeper_state& operator=(const broker_keeper_state&) = delete;

  broker_actor::behavior_type make_behavior(const broker_parts& parts,
                                            const job_taker_actor& taker) {
    parts_ = parts;
    taker_ = taker;
    self_->set_down_handler([this](const caf::down_msg&) { start(); });
    start();
    return {
      [this](call_atom, rpc_question& x) {
        return self_->delegate(broker_, call_atom_v, std::move(x));
      },
      [this](publish_atom, outgoing_message& x) {
        return self_->delegate(broker_, publish_atom_v, std::move(x));
      },
      [this](ack_atom, const delivery_verdict& x) {
        self_->send(broker_, ack_atom_v, x);
      },
      [this](status_atom) { return self_->delegate(broker_, status_atom_v); },
      [this](pause_atom) { self_->send(broker_, pause_atom_v); },
      [this](drain_atom, std::int64_t x) {
        return self_->delegate(broker_, drain_atom_v, x);
      },
    };
  }

private:
  void start() {
    if (broker_)
      parts_.log->write(log_level::error, "broker",
                        "ended; another one begins");
    broker_ = spawn_broker(self_->home_system(), parts_, taker_);
    self_->monitor(broker_);
  }

  /// The hosting actor; outlives this state.
  broker_actor::pointer self_;

  broker_parts parts_;
  job_taker_actor taker_;
  broker_actor broker_;
};

broker_actor::behavior_type
broker_keeper(broker_actor::stateful_pointer<broker_keeper_state> self,
              const broker_parts& parts, const job_taker_actor& taker) {
  return self->state.make_behavior(parts, taker);
}

} // namespace

broker_actor spawn_broker_keeper(caf::actor_system& system,
                                 const broker_parts& parts,
                                 const job_taker_actor& taker) {
  return system.spawn(broker_keeper, parts, taker);
}

} // namespace troupe
