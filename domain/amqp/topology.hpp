#pragma once

#include "domain/amqp/channel_script.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::amqp {

/// A queue that this node needs.
struct wanted_queue {
  std::string name;
  field_table arguments;
};

/// An exchange that this node needs.
struct wanted_exchange {
  std::string name;
  /// "topic", "fanout", …
  std::string type;
};

struct wanted_binding {
  std::string queue;
  std::string exchange;
  std::string routing_key;
};

struct wanted_topology {
  std::vector<wanted_exchange> exchanges;
  std::vector<wanted_queue> queues;
  std::vector<wanted_binding> bindings;
};

/// The queues and exchanges of the job server: `jobs.<kind>` for each kind,
/// with dead letters to exchange jobs.dlx and queue jobs.dead, and the events'
/// exchange jobs.events (CONTRACT, "RabbitMQ").
/// @param queue_type "quorum" or "classic"
[[nodiscard]] wanted_topology
job_topology(const std::vector<std::string>& job_queues,
             std::string_view queue_type);

/// Makes on a channel of its own what a node needs, one thing after the
/// other: looks whether it is there (which needs no permission to configure),
/// makes it when it is not, and compares it when it is. What cannot be made
/// is a named trouble and stops nothing else.
class topology {
public:
  topology(std::uint16_t channel, wanted_topology wanted)
    : script_(channel), wanted_(std::move(wanted)) {}

  void advance(connection& link, std::int64_t now_us);
  void take(connection& link, const server_event& event, std::int64_t now_us);
  void note_closed(const channel_lost& x, std::int64_t now_us, double chance);

  /// The connection is gone; all is looked at again.
  void reset();

  /// Something is gone: looks at all of it again.
  void look_again();

  /// Everything was looked at.
  [[nodiscard]] bool is_done() const noexcept {
    return begun_ && todo_.empty();
  }

  /// What differs or cannot be made: name → why. Empty when all is well.
  [[nodiscard]] const std::map<std::string, std::string>&
  troubles() const noexcept {
    return troubles_;
  }

  /// When `advance` must be called at the latest; 0: not by time.
  [[nodiscard]] std::int64_t due_us() const noexcept {
    return is_done() ? 0 : script_.due_us();
  }

private:
  enum class purpose : std::uint8_t { look, make, compare };

  struct step {
    purpose what = purpose::make;
    std::string subject;
    client_order order;
    /// What to do when it was looked for and is not there, or is.
    client_order make = {};
  };

  void fill();
  void send_next(connection& link);
  void finish_step(bool there);
  void fail_step(const channel_lost& x);

  channel_script script_;
  wanted_topology wanted_;
  std::deque<step> todo_;
  bool begun_ = false;
  bool in_flight_ = false;
  std::map<std::string, std::string> troubles_;
};

} // namespace troupe::amqp
