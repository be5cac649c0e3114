#pragma once

#include "domain/amqp/frames.hpp"
#include "domain/ports/amqp_transport.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::amqp {

/// Why a connection is not there; append only.
enum class loss : std::uint8_t {
  /// It was ended by us.
  none,
  /// Refused, reset, or no such host.
  unreachable,
  /// The server, or its name, is not trusted, or it does not trust us.
  tls_failed,
  auth_failed,
  vhost_missing,
  /// Nothing was heard for two heartbeats, or the log-in took too long.
  silent,
  /// The server is shutting down, or ended it for another reason.
  ended_by_server,
  /// What came is not AMQP, or breaks its rules.
  protocol_broken,
};

/// The name in `admin status`: "auth_failed".
[[nodiscard]] std::string_view to_string(loss why) noexcept;

/// Only a person can mend it: try again slowly.
[[nodiscard]] constexpr bool needs_a_person(loss why) noexcept {
  return why == loss::tls_failed || why == loss::auth_failed
         || why == loss::vhost_missing;
}

struct connection_options {
  std::string user;
  std::string password;
  std::string vhost = "/";
  std::string name;
  std::uint16_t heartbeat_s = 10;
  /// From the start of connecting until the connection is open.
  std::int64_t open_within_us = 10'000'000;
  /// A larger incoming message ends the connection.
  std::uint64_t message_bytes_max = 128ULL << 20U;
};

// -- what a connection tells --------------------------------------------------

struct link_up {};

struct link_lost {
  loss why = loss::none;
  /// For a person.
  std::string text;
};

struct link_blocked {
  /// Empty: no longer blocked.
  std::string reason;
};

/// The server closed a channel, or confirmed our close (`code` 0).
struct channel_lost {
  std::uint16_t channel = 0;
  std::uint16_t code = 0;
  std::string text;
};

/// A method on an open channel, without content.
struct channel_event {
  std::uint16_t channel = 0;
  server_event event;
};

/// A complete message: `event` is `message_delivered` or `message_returned`.
struct channel_message {
  std::uint16_t channel = 0;
  server_event event;
  message content;
};

using connection_event =
  std::variant<link_up, link_lost, link_blocked, channel_lost, channel_event,
               channel_message>;

/// One AMQP connection: log-in, heartbeats, channels, and the joining of
/// messages from frames. Nothing here waits, and time is given.
///
/// Thread affinity: one thread.
class connection {
public:
  /// @param transport borrowed; outlives this
  connection(connection_options options, amqp_transport& transport)
    : options_(std::move(options)), transport_(&transport) {}

  /// Begins to connect. @pre `is_closed()`
  void open(std::int64_t now_us);

  /// Moves bytes, answers the server, minds heartbeats and the log-in's
  /// deadline; appends what happened.
  void advance(std::int64_t now_us, std::vector<connection_event>& events);

  /// Sends what can be sent without waiting; a failure is told by the next
  /// `advance`.
  void flush() {
    if (transport_->buffered() > 0)
      transport_->flush();
  }

  /// Ends it in good order: the server is told, its answer awaited for a
  /// second at most (see `due_us`).
  void close(std::int64_t now_us);

  /// Ends it at once, without a word.
  void drop(loss why, std::string text, std::vector<connection_event>& events);

  [[nodiscard]] bool is_open() const noexcept {
    return state_ == state::open;
  }

  [[nodiscard]] bool is_closed() const noexcept {
    return state_ == state::closed;
  }

  [[nodiscard]] bool is_blocked() const noexcept {
    return blocked_;
  }

  /// When `advance` must be called at the latest; 0: only when bytes move.
  [[nodiscard]] std::int64_t due_us() const noexcept;

  // -- channels ---------------------------------------------------------------

  /// @pre `is_open()`, the channel is not open
  void open_channel(std::uint16_t channel);

  /// Ends a channel; `channel_lost` with code 0 follows.
  void close_channel(std::uint16_t channel);

  [[nodiscard]] bool is_open(std::uint16_t channel) const noexcept;

  /// False when the channel is not open (any more), or the order fits no
  /// frame: nothing was sent.
  bool send(std::uint16_t channel, const client_order& order);

  /// Bytes that wait to be sent.
  [[nodiscard]] std::size_t buffered() const noexcept {
    return transport_->buffered();
  }

private:
  enum class state : std::uint8_t {
    closed,
    connecting,
    /// Greeted; `start_offered` is to come.
    greeting,
    /// Logged in; `tune_offered` is to come, or a close.
    tuning,
    opening,
    open,
    closing,
  };

  enum class channel_state : std::uint8_t { opening, open, closing };

  struct channel_slot {
    channel_state state = channel_state::opening;
    /// The content that is being joined: its method, and how much is to come.
    bool joining = false;
    bool has_header = false;
    server_event event;
    message content;
    std::uint64_t missing = 0;
  };

  using events_out = std::vector<connection_event>;

  void take(server_frame& frame, std::int64_t now_us, events_out& events);
  void take_on_connection(server_event& event, events_out& events);
  void take_on_channel(std::uint16_t number, server_event& event,
                       events_out& events);
  bool take_content(std::uint16_t number, channel_slot& slot,
                    server_event& event, events_out& events);
  void finish_content(std::uint16_t number, channel_slot& slot,
                      events_out& events);
  void on_tune(const tune_offered& offer, events_out& events);
  void on_close(const close_ordered& order, events_out& events);
  void tell(const client_order& order);
  void break_off(std::string text, events_out& events);
  void mind_time(std::int64_t now_us, events_out& events);

  connection_options options_;
  amqp_transport* transport_;
  state state_ = state::closed;
  bool blocked_ = false;
  std::uint16_t heartbeat_s_ = 0;
  std::int64_t opened_us_ = 0;
  std::int64_t heard_us_ = 0;
  std::int64_t spoke_us_ = 0;
  std::int64_t closing_until_us_ = 0;
  std::map<std::uint16_t, channel_slot> channels_;
  std::vector<server_frame> received_;
};

} // namespace troupe::amqp
