#pragma once

#include "actors/broker/broker_ports.hpp"
#include "actors/messages/broker_values.hpp"
#include "domain/ports/log_sink.hpp"
#include "domain/ports/wall_clock.hpp"

#include <chrono>
#include <memory>

namespace troupe {

/// A BROKER for a command: no library, no node, no job queues.
///
/// Thread affinity: one thread.
class broker_line {
public:
  /// @param clock, log borrowed; outlive this
  [[nodiscard]] static std::unique_ptr<broker_line>
  open(const broker_ports& ports, const wall_clock& clock, log_sink& log);

  virtual ~broker_line() = default;

  /// Asks a service; see `broker_actor`.
  virtual result<rpc_answer> call(rpc_question question) = 0;

  /// Publishes until the server has it, or the time is over.
  virtual result<publish_receipt> publish(outgoing_message message) = 0;

  /// Waits until it is known how the connection stands, so long at most.
  virtual result<broker_status> settle(std::chrono::milliseconds longest) = 0;
};

} // namespace troupe
