#pragma once

#include "actors/messages/broker_values.hpp"
#include "actors/messages/types.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::delivery_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::delivery_verdict)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::outgoing_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::publish_receipt)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::rpc_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::rpc_question)

namespace troupe {

/// Whoever does the jobs that come in.
using job_taker_actor = caf::typed_actor<
  // Takes a job; a verdict on the delivery follows, sooner or later. From the
  // BROKER.
  caf::reacts_to<delivery_atom, delivery_ptr>>;

/// The BROKER: owns the connections to RabbitMQ. Every request is answered
/// once, by its deadline at the latest.
using broker_actor = caf::typed_actor<
  // Asks another service. `timeout`, `not_found` (no queue took it),
  // `overloaded`, `too_large`, `unreachable` (the BROKER ended). From anyone.
  caf::replies_to<call_atom, rpc_question>::with<rpc_answer>,
  // Publishes until the server has it. From the JOB SERVER and commands.
  caf::replies_to<publish_atom, outgoing_message>::with<publish_receipt>,
  // Acknowledges a delivery, or rejects it. From the JOB SERVER.
  caf::reacts_to<ack_atom, delivery_verdict>,
  // Replies how things stand. From the ADMINISTRATOR and commands.
  caf::replies_to<status_atom>::with<broker_status>,
  // Takes no more jobs in. From troupe_system.
  caf::reacts_to<pause_atom>,
  // Takes no more jobs in, publishes what waits, for so long at most (ms),
  // closes both connections, and replies. From troupe_system.
  caf::replies_to<drain_atom, std::int64_t>::with<bool>>;

} // namespace troupe
