#pragma once

#include "domain/amqp/call_table.hpp"
#include "domain/amqp/publisher.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::amqp {

/// How replies come back; CONTRACT, "outgoing RPC".
enum class reply_way : std::uint8_t {
  /// A queue of fixed name, consumed by this node alone.
  fixed,
  /// A queue of this connection's own.
  exclusive,
  /// RabbitMQ's direct reply-to.
  direct,
};

/// A service that is asked over RabbitMQ.
struct service_options {
  /// "crawling"; empty: any queue, named by each call.
  std::string name;
  /// Queue of the requests, unless a call names another.
  std::string request;
  reply_way way = reply_way::direct;
  /// Queue of the replies when `way` is fixed or exclusive; an exclusive one
  /// is made under this name, which must be unique.
  std::string response;
};

/// How a call ended; append only.
enum class call_outcome : std::uint8_t {
  answered,
  timed_out,
  /// No queue took the request.
  unroutable,
  /// The server would not have it.
  refused,
};

struct call_end {
  std::uint64_t token = 0;
  call_outcome outcome = call_outcome::answered;
  /// The reply, when answered.
  message reply;
};

/// What to ask.
struct call_order {
  /// The caller's name for it; rises with every call.
  std::uint64_t token = 0;
  /// Empty: the service's own.
  std::string queue;
  /// Becomes the correlation id and the message id. Unique.
  std::string id;
  std::string content_type = "application/json";
  std::string body;
  std::int64_t deadline_us = 0;
};

/// One service on a channel of its own. Each call ends exactly once; requests
/// without an answer are asked again after a lost connection, under the same
/// ids, when the answer may have been lost with it.
class caller {
public:
  caller(service_options options, std::uint16_t channel,
         const publisher_limits& limits)
    : options_(std::move(options)), publisher_(channel, limits) {}

  /// @returns `errc::overloaded`, `errc::too_large`
  [[nodiscard]] result<void> call(call_order order);

  void advance(connection& link, std::int64_t now_us,
               std::vector<call_end>& ends);
  void take(connection& link, const server_event& event, std::int64_t now_us,
            std::vector<call_end>& ends);
  void take_message(connection& link, channel_message& x,
                    std::vector<call_end>& ends);
  void note_closed(const channel_lost& x, std::int64_t now_us, double chance,
                   std::vector<call_end>& ends);
  void reset();

  [[nodiscard]] const service_options& options() const noexcept {
    return options_;
  }

  [[nodiscard]] const publisher& publishing() const noexcept {
    return publisher_;
  }

  [[nodiscard]] std::size_t open_calls() const noexcept {
    return calls_.size();
  }

  [[nodiscard]] std::uint64_t late_replies() const noexcept {
    return calls_.late_replies();
  }

  /// Why the channel is not there; empty when all is well.
  [[nodiscard]] const std::string& trouble() const noexcept {
    return trouble_;
  }

  [[nodiscard]] std::int64_t due_us() const noexcept;

private:
  [[nodiscard]] std::vector<client_order> opening() const;
  void ask_again();
  void settle(const std::vector<publish_end>& ends, std::vector<call_end>& out);

  service_options options_;
  publisher publisher_;
  call_table calls_;
  /// The reply queue must be made first.
  bool declare_ = false;
  std::string trouble_;
};

} // namespace troupe::amqp
