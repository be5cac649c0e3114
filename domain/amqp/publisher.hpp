#pragma once

#include "domain/amqp/channel_script.hpp"
#include "domain/amqp/publish_window.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace troupe::amqp {

/// What became of a published message; append only.
enum class publish_outcome : std::uint8_t {
  /// The server has it, durably where the queue is durable.
  confirmed,
  /// No queue took it.
  unroutable,
  /// The server would not have it: a full queue, a missing exchange, a
  /// message over its own limit.
  refused,
  /// The deadline passed; whether it arrived is unknown.
  timed_out,
};

struct publish_end {
  std::uint64_t token = 0;
  publish_outcome outcome = publish_outcome::confirmed;
};

struct publisher_limits {
  /// Messages that may await their confirm.
  std::size_t window = 1'000;
  /// Messages and bytes that may wait to be published at all.
  std::size_t waiting_max = 20'000;
  std::size_t waiting_bytes_max = 64U << 20U;
  /// A body over this is refused.
  std::size_t message_bytes_max = 16U << 20U;
  /// Nothing is encoded while more than this waits to be sent.
  std::size_t output_bytes_max = 1U << 20U;
  /// A confirm that is out longer means that the connection is bad.
  std::int64_t confirm_within_us = 60'000'000;
};

/// One confirming channel: every message is published until the server has
/// it, over as many connections as that takes, or until its deadline.
///
/// Invariant: a message is in `waiting_` or in `window_` until its end is
/// told, once.
class publisher {
public:
  publisher(std::uint16_t channel, const publisher_limits& limits)
    : script_(channel), limits_(limits), window_(limits.window) {}

  /// Takes a message. @returns its number, which `forget` takes;
  /// `errc::overloaded` at the bounds, `errc::too_large`,
  /// `errc::invalid_argument`: mandatory, but without a message id
  [[nodiscard]] result<std::uint64_t> submit(publication x);

  /// Opens the channel when it is time, publishes what may be, tells ends.
  /// @param opening orders after the channel is open, before any message;
  /// `select_confirms` is the publisher's own
  void advance(connection& link, std::int64_t now_us,
               const std::vector<client_order>& opening,
               std::vector<publish_end>& ends);

  /// Takes an event of this channel; true when it just became ready.
  bool take(connection& link, const server_event& event, std::int64_t now_us,
            std::vector<publish_end>& ends);

  /// A message came back.
  void take_return(const message& content);

  /// The server closed the channel. @param code its reason; 0: we closed it
  void note_closed(std::int64_t now_us, double chance, std::uint16_t code,
                   std::vector<publish_end>& ends);

  /// The connection is gone: what was unconfirmed waits again.
  void reset();

  /// It need not be published any more, nor again: one that waits is dropped
  /// without a word; one that was published ends with its confirm, if that
  /// comes.
  void forget(std::uint64_t sequence, const std::string& message_id);

  [[nodiscard]] const channel_script& script() const noexcept {
    return script_;
  }

  /// Messages whose end was not told.
  [[nodiscard]] std::size_t open_count() const noexcept {
    return waiting_.size() + window_.size();
  }

  [[nodiscard]] std::size_t unconfirmed() const noexcept {
    return window_.size();
  }

  /// Messages that were published again.
  [[nodiscard]] std::uint64_t republished() const noexcept {
    return republished_;
  }

  /// When a confirm will have been out for too long, and the connection
  /// should be dropped unless the server blocks it; 0: none is out.
  [[nodiscard]] std::int64_t stalled_at_us() const noexcept;

  /// When `advance` must be called at the latest; 0: not by time.
  [[nodiscard]] std::int64_t due_us() const noexcept;

private:
  void publish_some(connection& link, std::int64_t now_us);
  void expire(std::int64_t now_us, std::vector<publish_end>& ends);
  void wait_again(std::vector<publication> left);
  publication remove_waiting(std::uint64_t sequence);

  channel_script script_;
  publisher_limits limits_;
  publish_window window_;
  /// By sequence.
  std::map<std::uint64_t, publication> waiting_;
  std::multimap<std::int64_t, std::uint64_t> waiting_deadlines_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t last_sequence_ = 0;
  std::uint64_t republished_ = 0;
};

} // namespace troupe::amqp
