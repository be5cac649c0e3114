#pragma once

#include "domain/amqp/frames.hpp"
#include "domain/amqp/job_request.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::amqp {

/// How a request ended; CONTRACT, "reply".
enum class reply_status : std::uint8_t { ok, failed, expired, cancelled };

/// "ok", "error", "expired", "cancelled".
[[nodiscard]] std::string_view to_string(reply_status status) noexcept;

/// A reply without its addressee.
struct job_reply {
  reply_status status = reply_status::ok;
  /// JSON object; empty unless ok.
  std::string result;
  /// "bad_request", "not_found", …; empty when ok.
  std::string code;
  std::string message;
  bool retryable = false;
  /// Attempts that it took.
  int attempt = 1;
  std::int64_t queued_ms = 0;
  std::int64_t run_ms = 0;
};

/// The reply that says why a request was not done.
[[nodiscard]] job_reply failure_reply(const error& why);

/// The reply's JSON. A request without an id is not deduplicated, and its
/// reply says so.
[[nodiscard]] std::string reply_text(const job_reply& x,
                                     const reply_address& to);

/// The message that carries it: `text` is from `reply_text`, perhaps of an
/// earlier request with the same id. @param id the reply's own, unique
[[nodiscard]] message_ptr
reply_message(std::string text, const reply_address& to, std::string id);

/// The message whose body is the result itself, a picture: its type follows
/// from its bytes, and `text` travels in header `x-result`.
[[nodiscard]] message_ptr picture_message(std::string picture, std::string text,
                                          const reply_address& to,
                                          std::string id);

/// What an event is about.
struct job_event {
  /// The node's name.
  std::string node;
  /// The event's own id, unique.
  std::string id;
  /// Public id of the job.
  std::string job;
  std::string kind;
  reply_status status = reply_status::ok;
  /// JSON object.
  std::string data;
  std::int64_t at_us = 0;
};

/// The routing key: "audio.analyze.ok".
[[nodiscard]] std::string event_key(const job_event& x);

/// CloudEvents 1.0 in structured JSON mode.
[[nodiscard]] message_ptr event_message(const job_event& x);

} // namespace troupe::amqp
