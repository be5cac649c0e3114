#pragma once

#include "domain/ports/amqp_transport.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace troupe::fakes {

/// How a memory server treats what it sends; chances in [0, 1].
struct amqp_losses {
  /// Of a confirm or a delivery to be the last thing that its connection ever
  /// says: it is not sent, the connection falls silent and ends.
  double silence = 0.0;
  /// Of a confirm to be kept back while the connection lives on.
  double confirm_withheld = 0.0;
};

/// As much of a RabbitMQ server as sessions need, in memory, one frame after
/// the other: queues on the default exchange, consumers with their prefetch,
/// confirms, returns.
/// What is unacknowledged when a connection ends goes back into its queue.
class memory_amqp_server {
public:
  memory_amqp_server(const amqp_losses& losses, std::uint64_t seed)
    : losses_(losses), random_(seed) {}

  /// How it treats them from now on.
  void lose(const amqp_losses& losses) noexcept {
    losses_ = losses;
  }

  /// A client's connection to it.
  [[nodiscard]] std::unique_ptr<amqp_transport> transport();

  /// Larger bodies close the channel from now on, as RabbitMQ's
  /// max_message_size does.
  void limit_bodies(std::size_t bytes_max) noexcept {
    body_bytes_max_ = bytes_max;
  }

  /// Tells all connections there are of an alarm, or of its end.
  void block(bool blocked);

  /// Messages in all queues, those included that await an acknowledgement.
  [[nodiscard]] std::size_t messages() const;

  /// Messages that were published, each time that they were.
  [[nodiscard]] std::uint64_t published() const noexcept {
    return published_;
  }

  /// Connections that ended by a loss.
  [[nodiscard]] std::uint64_t ended() const noexcept {
    return ended_;
  }

private:
  friend class memory_amqp_transport;

  struct consumer {
    std::uint64_t connection = 0;
    std::uint16_t channel = 0;
    std::string tag;
    bool no_ack = false;
  };

  struct queue {
    std::deque<amqp::message_ptr> ready;
    std::vector<consumer> consumers;
    std::size_t next_consumer = 0;
  };

  struct unacknowledged {
    std::string queue;
    amqp::message_ptr content;
  };

  struct served_channel {
    bool confirms = false;
    /// Deliveries that may be unacknowledged; 0: any number.
    std::size_t prefetch = 0;
    std::uint64_t published = 0;
    std::uint64_t delivered = 0;
    std::map<std::uint64_t, unacknowledged> open;
  };

  struct served_connection {
    std::map<std::uint16_t, served_channel> channels;
    std::vector<amqp::server_frame> output;
    bool silent = false;
    /// Pumps until a silent connection ends.
    int rounds_left = 3;
  };

  std::uint64_t accept();
  void take(std::uint64_t id, std::uint16_t number,
            const amqp::client_order& order);
  void publish(served_connection& from, std::uint16_t number,
               const amqp::publish_message& x);
  void deliver(const std::string& name);
  consumer* ready_consumer(queue& from);
  void end(std::uint64_t id);
  bool loses(double chance);

  amqp_losses losses_;
  std::mt19937_64 random_;
  std::map<std::string, queue> queues_;
  std::map<std::uint64_t, served_connection> connections_;
  std::uint64_t last_id_ = 0;
  std::size_t body_bytes_max_ = SIZE_MAX;
  std::uint64_t ended_ = 0;
  std::uint64_t published_ = 0;
};

} // namespace troupe::fakes
