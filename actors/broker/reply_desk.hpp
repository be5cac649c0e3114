#pragma once

#include "actors/broker/job_server.hpp"
#include "domain/amqp/job_reply.hpp"

#include <cstdint>
#include <string>

namespace troupe {

/// A delivery that awaits its end, and who awaits the reply.
struct delivery_waiter {
  amqp::delivery_handle handle;
  amqp::reply_address to;
};

/// What a JOB SERVER says to the BROKER: replies, verdicts, events.
/// Thread affinity: its actor's.
class reply_desk {
public:
  /// @param self the JOB SERVER; outlives this
  reply_desk(job_server_actor::pointer self, const job_server_parts& parts)
    : self_(self), ports_(&parts.ports), clock_(parts.clock), log_(parts.log) {}

  void use(const broker_actor& broker) {
    broker_ = broker;
  }

  /// Publishes a reply; the delivery ends once it is confirmed: a message that
  /// comes again is better than a requester that waits for ever.
  /// @param file whose bytes are the body, with `text` in a header; empty:
  /// `text` is the body
  void reply(const delivery_waiter& to, const std::string& text,
             delivery_end end, const std::string& file = {});

  /// Says what is wrong with the request; it becomes a dead letter.
  void refuse(const delivery_waiter& to, const error& why);

  /// Its time was over before it began.
  void expire(const delivery_waiter& to);

  /// Tells everybody how a job ended.
  void publish_event(const job_news& x);

private:
  /// Nothing when the file does not fit a message.
  [[nodiscard]] amqp::message_ptr content_of(const delivery_waiter& to,
                                             const std::string& text,
                                             const std::string& file);
  void settle(const delivery_waiter& to, delivery_end end);
  std::string next_id(const char* what);

  job_server_actor::pointer self_;
  const broker_ports* ports_;
  const wall_clock* clock_;
  log_sink* log_;
  broker_actor broker_;
  std::uint64_t last_id_ = 0;
};

} // namespace troupe
