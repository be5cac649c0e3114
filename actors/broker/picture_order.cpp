#include "actors/broker/picture_order.hpp"

#include "domain/text/json_quote.hpp"
#include "domain/upscale/upscale_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe {

namespace {

using network::json_value;

result<std::string> real_output(const std::string& path,
                                const broker_ports& ports,
                                const media_finder& finder) {
  const auto slash = path.rfind('/');
  auto folder = finder.resolve(slash == 0 ? "/" : path.substr(0, slash));
  if (!folder)
    return folder;
  auto real = *folder + path.substr(slash);
  if (!is_under_roots(real, ports))
    return error{errc::refused,
                 fmt::format("{} is under none of [broker] roots", path)};
  return real;
}

/// A name that follows from all that the order says.
result<std::string> travelling_output(const upscale::upscale_order& order,
                                      const found_file& picture,
                                      const broker_ports& ports) {
  const auto hash =
    ports.hash(fmt::format("{} {}", to_hex(picture.hash), to_text(order)));
  if (!hash)
    return hash.failure();
  return ports.place(*hash, fmt::format(".{}", to_string(order.format)));
}

} // namespace

bool is_under_roots(const std::string& path, const broker_ports& ports) {
  return std::any_of(ports.roots.begin(), ports.roots.end(),
                     [&](const std::string& root) {
                       return path == root || path.starts_with(root + "/");
                     });
}

result<picture_order> make_picture_order(const amqp::job_request& request,
                                         const found_file& picture,
                                         const broker_ports& ports,
                                         const media_finder& finder) {
  auto order = upscale::read_parameters(request.params, request.output_path);
  if (!order)
    return order.failure();
  order->input = picture.path;
  order->stamp = picture.stamp;
  const bool travels = request.output_path.empty();
  auto output = travels ? travelling_output(*order, picture, ports)
                        : real_output(request.output_path, ports, finder);
  if (!output)
    return output.failure();
  order->output = *output;
  order->force = order->force || travels;
  picture_order made;
  made.job.hash = picture.hash;
  made.job.bytes = picture.stamp.bytes;
  made.job.params = upscale::to_text(*order);
  if (!request.id.empty())
    made.job.key = "amqp " + request.id;
  made.output = std::move(*output);
  return made;
}

amqp::job_reply picture_reply(const job_details& job,
                              const std::string& output) {
  amqp::job_reply reply;
  if (job.job.state == job_state::cancelled)
    reply.status = amqp::reply_status::cancelled;
  else if (job.job.state != job_state::done)
    return amqp::failure_reply({errc::invalid_argument, job.job.message});
  else
    reply.result =
      fmt::format(R"({{"output":{{"path":{}}}}})", json_quoted(output));
  return reply;
}

std::string picture_in(const amqp::job_request& request,
                       const std::string& reply) {
  if (request.kind != job_kind::image_upscale || !request.output_path.empty()
      || request.celery)
    return {};
  const auto document = json_value::read(reply);
  if (!document)
    return {};
  const json_value* at = &*document;
  for (const auto* key : {"result", "output", "path"})
    if (at = at->find(key); at == nullptr)
      return {};
  return at->text();
}

} // namespace troupe
