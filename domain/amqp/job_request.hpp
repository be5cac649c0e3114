#pragma once

#include "domain/amqp/frames.hpp"
#include "domain/jobs/job.hpp"
#include "domain/network/json_value.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::amqp {

/// The queue of a kind of job: "jobs.audio.analyze".
[[nodiscard]] std::string job_queue(job_kind kind);

/// What a message in a job queue asks for; CONTRACT, "RabbitMQ".
struct job_request {
  /// The client's idempotency key (`message_id`); empty: it has none.
  std::string id;
  job_kind kind = job_kind::audio_analyze;
  /// Where the media is; empty when it came along.
  std::string path;
  /// The media itself.
  std::string bytes;
  /// The media's own type, "audio/wav"; may be empty.
  std::string media_type;
  /// A map, or null: what the kind of job may be told.
  network::json_value params;
  /// Where the result goes; empty: into the reply.
  std::string output_path;
  std::string correlation_id;
  /// Queue that awaits the reply; empty: nobody does.
  std::string reply_to;
  /// Milliseconds UTC after which nobody waits any more; 0 = for ever.
  std::int64_t deadline_ms = 0;
  /// Submitted by Celery: the reply has its form.
  bool celery = false;
};

/// Longest `message_id`.
inline constexpr std::size_t request_id_bytes_max = 128;

/// Reads a request. The job's kind is the message's `type`, or else the name
/// of its queue; with the headers `task` and `id` it is a Celery task
/// (protocol 2), whose keyword arguments are the JSON of a plain request's
/// body, or of its `input`. Parameters are checked to be JSON.
/// @returns `errc::unsupported` for an unknown task, `errc::invalid_argument`
/// for everything else that is wrong, `errc::too_large` for an id
[[nodiscard]] result<job_request> read_job_request(const message& x,
                                                   std::string_view queue);

/// Who awaits a reply, also of a request that cannot be read.
struct reply_address {
  std::string id;
  std::string task;
  std::string correlation_id;
  std::string reply_to;
  bool celery = false;
};

[[nodiscard]] reply_address reply_address_of(const message& x,
                                             std::string_view queue);

} // namespace troupe::amqp
