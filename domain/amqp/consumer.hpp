#pragma once

#include "domain/amqp/ack_ledger.hpp"
#include "domain/amqp/channel_script.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::amqp {

/// Names one delivery. The server numbers deliveries per channel, and a
/// channel that is opened again counts from 1: `epoch` tells them apart.
struct delivery_handle {
  std::uint16_t channel = 0;
  std::uint64_t epoch = 0;
  std::uint64_t tag = 0;

  friend bool operator==(const delivery_handle&,
                         const delivery_handle&) = default;
};

/// A message of a queue that is consumed. It comes again, with another handle,
/// until it is acknowledged or rejected.
struct delivery {
  delivery_handle handle;
  std::string queue;
  bool redelivered = false;
  message content;
};

/// One consumed queue on a channel of its own, acknowledged by hand.
class consumer {
public:
  /// @param first_epoch below every epoch of this consumer
  consumer(std::uint16_t channel, std::string queue, std::uint16_t prefetch,
           std::uint64_t first_epoch)
    : script_(channel), queue_(std::move(queue)), prefetch_(prefetch),
      epoch_(first_epoch) {}

  /// Begins to consume when it is time. @pre the queue was declared
  void advance(connection& link, std::int64_t now_us);

  /// Takes an event of this channel. True when the queue must be declared
  /// again: the server says that it is gone.
  bool take(connection& link, const server_event& event, std::int64_t now_us);

  /// The delivery that a message is.
  delivery take_message(channel_message& x);

  /// The server closed the channel, say by its consumer timeout: everything
  /// that was delivered comes again. True: declare the queue again.
  bool note_closed(const channel_lost& x, std::int64_t now_us, double chance);

  /// The connection is gone.
  void reset();

  /// Acknowledges with the next `flush`, or rejects into the dead letters or
  /// back into the queue. False for a handle of an earlier channel: the
  /// delivery comes again.
  bool acknowledge(const delivery_handle& x);
  bool reject(connection& link, const delivery_handle& x, bool requeue);

  /// Sends the acknowledgements.
  void flush(connection& link);

  /// `flush` is due.
  [[nodiscard]] bool wants_flush() const noexcept {
    return ledger_.has_pending();
  }

  /// Asks for no more deliveries; those at hand may still be acknowledged.
  void cancel(connection& link);

  [[nodiscard]] const channel_script& script() const noexcept {
    return script_;
  }

  [[nodiscard]] const std::string& queue() const noexcept {
    return queue_;
  }

  [[nodiscard]] const std::string& trouble() const noexcept {
    return trouble_;
  }

  /// Deliveries that await their acknowledgement.
  [[nodiscard]] std::uint64_t unacknowledged() const noexcept {
    return ledger_.open_count();
  }

  /// Acknowledgements that came too late.
  [[nodiscard]] std::uint64_t stale() const noexcept {
    return stale_;
  }

  [[nodiscard]] bool is_cancelled() const noexcept {
    return cancelled_;
  }

private:
  /// Counts one that came too late.
  bool take_end(bool in_time) noexcept;
  void begin_epoch();

  channel_script script_;
  std::string queue_;
  std::uint16_t prefetch_;
  std::uint64_t epoch_;
  ack_ledger ledger_;
  std::uint64_t stale_ = 0;
  bool cancelled_ = false;
  std::string trouble_;
};

} // namespace troupe::amqp
