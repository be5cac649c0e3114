#pragma once

#include "actors/broker/broker_ports.hpp"
#include "domain/amqp/job_reply.hpp"
#include "domain/amqp/job_request.hpp"
#include "domain/jobs/job.hpp"
#include "domain/library/found_file.hpp"
#include "domain/ports/library_reader.hpp"
#include "domain/ports/media_finder.hpp"
#include "domain/result.hpp"

#include <string>

// Pictures that are enlarged for somebody: unlike all other jobs, each is its
// asker's own, and its result is a file.

namespace troupe {

/// A real path that requests may name.
[[nodiscard]] bool is_under_roots(const std::string& path,
                                  const broker_ports& ports);

struct picture_order {
  job_order job;
  /// Where the picture will be.
  std::string output;
};

/// The order for an UPSCALER. Without an output path the result lies beside
/// what came along, under a name that follows from the order: asked again, it
/// is the same file.
/// @returns `errc::invalid_argument`; `errc::refused` for an output outside the
/// roots
[[nodiscard]] result<picture_order>
make_picture_order(const amqp::job_request& request, const found_file& picture,
                   const broker_ports& ports, const media_finder& finder);

/// The reply once the job has ended: where the picture is, or why not.
[[nodiscard]] amqp::job_reply picture_reply(const job_details& job,
                                            const std::string& output);

/// The file whose bytes travel in the reply; empty: the reply is text.
[[nodiscard]] std::string picture_in(const amqp::job_request& request,
                                     const std::string& reply);

} // namespace troupe
