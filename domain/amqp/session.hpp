#pragma once

#include "domain/amqp/caller.hpp"
#include "domain/amqp/consumer.hpp"
#include "domain/amqp/topology.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <variant>
#include <vector>

namespace troupe::amqp {

struct session_options {
  connection_options login;
  publisher_limits limits;
  backoff_bounds retry;
  /// Queues to consume, and what must be there before. Empty: no job server.
  std::vector<std::string> job_queues;
  std::string queue_type = "quorum";
  /// Unacknowledged deliveries per queue.
  std::uint16_t prefetch = 3;
  std::vector<service_options> services;
  /// For jitter.
  std::uint64_t seed = 1;
  /// Rises from session to session of a process, so that a delivery handle of
  /// an earlier one names nothing in this one.
  std::uint64_t incarnation = 1;
};

// -- what a session tells -----------------------------------------------------

/// The end of `publish`.
struct publish_told {
  publish_end end;
};

/// The end of `call`.
struct call_told {
  call_end end;
};

struct delivery_told {
  delivery what;
};

/// How a connection stands.
enum class link_state : std::uint8_t { off, connecting, up, blocked, waiting };

[[nodiscard]] std::string_view to_string(link_state state) noexcept;

struct link_status {
  link_state state = link_state::off;
  /// Why it is not up.
  loss why = loss::none;
  std::string text;
  /// Times that it came up.
  std::uint64_t connects = 0;
};

/// Something about the connections or queues changed: for the log.
struct status_told {
  std::string text;
  bool bad = false;
};

using session_event =
  std::variant<publish_told, call_told, delivery_told, status_told>;

/// How the whole session stands.
struct session_status {
  link_status publishing;
  link_status consuming;
  /// Names of queues or services → what is wrong with them.
  std::map<std::string, std::string> troubles;
  std::uint64_t unconfirmed = 0;
  std::uint64_t waiting = 0;
  std::uint64_t republished = 0;
  std::uint64_t open_calls = 0;
  std::uint64_t late_replies = 0;
  std::uint64_t unacknowledged = 0;
  std::uint64_t stale_acknowledgements = 0;
  /// Every queue is consumed.
  bool consuming_all = false;
};

/// Everything a node does over RabbitMQ, on two connections: one publishes
/// and asks, the other consumes jobs, since a server that raised an alarm
/// stops reading a connection that publishes, acknowledgements included.
/// Decides all, waits for nothing, and is given the time.
///
/// Invariant: every publication and call that was taken ends exactly once, in
/// one event.
/// Thread affinity: one thread.
class session {
public:
  /// Where a message is published.
  enum class lane : std::uint8_t { replies, events };

  /// @param publishing, consuming borrowed; outlive this
  session(const session_options& options, amqp_transport& publishing,
          amqp_transport& consuming);

  // -- the loop ---------------------------------------------------------------

  /// Moves bytes and does what the time asks for; appends what happened.
  void advance(std::int64_t now_us, std::vector<session_event>& events);

  /// When `advance` must be called at the latest; 0: only when bytes move.
  [[nodiscard]] std::int64_t due_us() const noexcept;

  // -- verbs ------------------------------------------------------------------

  /// @param x its token is the caller's own
  [[nodiscard]] result<void> publish(publication x, lane where);

  /// Asks the service with this name; an empty one asks any queue.
  /// @returns `errc::not_found` naming the services, `errc::overloaded`,
  /// `errc::too_large`
  [[nodiscard]] result<void> call(const std::string& service, call_order order);

  /// Said to the server by the next `advance`, which is due at once. False:
  /// the handle is of an earlier channel; the message comes again.
  bool acknowledge(const delivery_handle& x);
  bool reject(const delivery_handle& x, bool requeue);

  /// No more deliveries, for good.
  void stop_consuming();

  /// Ends both connections in good order; `is_closed` follows.
  void close(std::int64_t now_us);

  [[nodiscard]] bool is_closed() const noexcept;

  [[nodiscard]] session_status status() const;

  /// Messages and calls that have not ended.
  [[nodiscard]] std::size_t open_count() const noexcept;

private:
  /// A connection and when to try it again.
  struct link {
    link(const session_options& options, amqp_transport& transport)
      : wire(options.login, transport), retry(options.retry) {}

    connection wire;
    backoff retry;
    std::int64_t not_before_us = 0;
    link_status status;
  };

  using events_out = std::vector<session_event>;

  void advance_link(link& x, std::int64_t now_us, events_out& events);
  void advance_publishing(std::int64_t now_us, events_out& events);
  void advance_consuming(std::int64_t now_us);
  void take(link& x, connection_event& event, std::int64_t now_us,
            events_out& events);
  void on_up(link& x, std::int64_t now_us, events_out& events);
  void on_lost(link& x, const link_lost& told, std::int64_t now_us,
               events_out& events);
  void on_blocked(link& x, const link_blocked& told, std::int64_t now_us,
                  events_out& events);
  void on_channel_lost(link& x, const channel_lost& told, std::int64_t now_us,
                       events_out& events);
  void on_event(link& x, const channel_event& told, std::int64_t now_us,
                events_out& events);
  void on_message(link& x, channel_message& told, events_out& events);
  [[nodiscard]] std::int64_t stalled_at_us() const noexcept;
  void drop_stalled(std::int64_t now_us, events_out& events);
  double chance();

  [[nodiscard]] consumer* consumer_at(std::uint16_t channel);
  [[nodiscard]] caller* caller_at(std::uint16_t channel);
  [[nodiscard]] publisher* publisher_at(std::uint16_t channel);

  static void tell(std::vector<publish_end>& ends, events_out& events);
  static void tell(std::vector<call_end>& ends, events_out& events);

  std::mt19937_64 random_;
  link publishing_;
  link consuming_;
  /// Confirms that stayed out while the server blocked us have this long from
  /// its end on, like all others from their publishing.
  std::int64_t confirm_within_us_;
  std::int64_t unblocked_us_ = 0;
  bool consumes_ = false;
  bool closing_ = false;
  /// Index: `lane`.
  std::array<publisher, 2> lanes_;
  std::vector<caller> callers_;
  topology topology_;
  std::vector<consumer> consumers_;
};

} // namespace troupe::amqp
