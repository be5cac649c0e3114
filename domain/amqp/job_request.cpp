#include "domain/amqp/job_request.hpp"

#include "domain/network/json_value.hpp"
#include "domain/text/base64.hpp"

#include <fmt/format.h>

#include <utility>

namespace troupe::amqp {

namespace {

using network::json_value;

constexpr std::string_view queue_prefix = "jobs.";

error bad_request(std::string why) {
  return {errc::invalid_argument, std::move(why)};
}

std::string text_header(const message& x, std::string_view name) {
  for (const auto& [key, value] : x.properties.headers)
    if (const auto* text = std::get_if<std::string>(&value);
        text != nullptr && key == name)
      return *text;
  return {};
}

std::int64_t number_header(const message& x, std::string_view name) {
  for (const auto& [key, value] : x.properties.headers)
    if (const auto* number = std::get_if<std::int64_t>(&value);
        number != nullptr && key == name)
      return *number;
  return 0;
}

bool is_json(std::string_view content_type) {
  return content_type.empty() || content_type.starts_with("application/json");
}

/// Celery's protocol 2: headers name task and id, the body is [args, kwargs,
/// embed].
bool is_celery(const message& x) {
  return x.properties.type.empty() && !text_header(x, "task").empty()
         && !text_header(x, "id").empty();
}

result<void> take_input(const json_value& input, job_request& out) {
  if (const auto* path = input.find("path")) {
    out.path = path->text();
    if (!out.path.starts_with('/'))
      return bad_request("input.path is not an absolute path");
    return {};
  }
  const auto* inline_bytes = input.find("inline_base64");
  if (inline_bytes == nullptr)
    return bad_request("input has neither path nor inline_base64");
  auto bytes = from_base64(inline_bytes->text());
  if (!bytes || bytes->empty())
    return bad_request("input.inline_base64 is not base64, or empty");
  out.bytes = std::move(*bytes);
  return {};
}

result<json_value> read_json(std::string_view text, const char* what) {
  auto read = json_value::read(text);
  if (!read)
    return bad_request(
      fmt::format("{} is not JSON: {}", what, read.failure().detail));
  return read;
}

/// Parameters, and where the result goes.
result<void> take_wishes(const json_value& body, job_request& out) {
  if (const auto* params = body.find("params"); params != nullptr)
    out.params = *params;
  const auto* output = body.find("output");
  if (output == nullptr)
    return {};
  const auto* path = output->find("path");
  if (path == nullptr || !path->text().starts_with('/'))
    return bad_request("output.path is not an absolute path");
  out.output_path = path->text();
  return {};
}

result<void> take_body(const message& x, job_request& out) {
  const auto body = read_json(x.body, "the body");
  if (!body)
    return body.failure();
  const auto* input = body->find("input");
  if (input == nullptr)
    return bad_request(R"(the body has no "input": {"path": …})");
  if (auto taken = take_wishes(*body, out); !taken)
    return taken;
  return take_input(*input, out);
}

result<void> take_celery_body(const message& x, job_request& out) {
  const auto body = read_json(x.body, "the body");
  if (!body)
    return body.failure();
  if (body->items().size() < 2)
    return bad_request("the body is not Celery's [args, kwargs, embed]");
  const auto& arguments = body->items()[1];
  const auto* input = arguments.find("input");
  if (auto taken = take_wishes(arguments, out); !taken)
    return taken;
  return take_input(input != nullptr ? *input : arguments, out);
}

} // namespace

std::string job_queue(job_kind kind) {
  return fmt::format("{}{}", queue_prefix, to_string(kind));
}

reply_address reply_address_of(const message& x, std::string_view queue) {
  reply_address found;
  found.celery = is_celery(x);
  found.id = found.celery ? text_header(x, "id") : x.properties.message_id;
  found.task = found.celery ? text_header(x, "task") : x.properties.type;
  if (found.task.empty() && queue.starts_with(queue_prefix))
    found.task = queue.substr(queue_prefix.size());
  found.correlation_id = x.properties.correlation_id;
  found.reply_to = x.properties.reply_to;
  return found;
}

result<job_request> read_job_request(const message& x, std::string_view queue) {
  const auto address = reply_address_of(x, queue);
  job_request out;
  out.id = address.id;
  out.celery = address.celery;
  out.correlation_id = address.correlation_id;
  out.reply_to = address.reply_to;
  out.deadline_ms = number_header(x, "x-deadline");
  if (out.id.size() > request_id_bytes_max)
    return error{
      errc::too_large,
      fmt::format("message_id is longer than {} bytes", request_id_bytes_max)};
  const auto kind = parse_job_kind(address.task);
  if (!kind || job_queue(*kind) != queue)
    return error{
      errc::unsupported,
      fmt::format("task \"{}\" is not done in queue {}", address.task, queue)};
  out.kind = *kind;
  if (const auto parameters = text_header(x, "x-params"); !parameters.empty()) {
    auto read = read_json(parameters, "header x-params");
    if (!read)
      return read.failure();
    out.params = std::move(*read);
  }
  result<void> taken;
  if (out.celery) {
    taken = take_celery_body(x, out);
  } else if (is_json(x.properties.content_type)) {
    taken = take_body(x, out);
  } else if (x.body.empty()) {
    taken = bad_request("the body is empty");
  } else {
    out.bytes = x.body;
    out.media_type = x.properties.content_type;
  }
  if (!taken)
    return taken.failure();
  return out;
}

} // namespace troupe::amqp
