#include "domain/amqp/job_reply.hpp"

#include "domain/text/json_quote.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <utility>

namespace troupe::amqp {

namespace {

std::string_view code_of(errc code) {
  switch (code) {
  case errc::invalid_argument:
  case errc::refused:
  case errc::corrupt:
  case errc::permission_denied:
    return "bad_request";
  case errc::unsupported:
    return "unknown_task";
  case errc::not_found:
    return "not_found";
  case errc::too_large:
    return "too_large";
  case errc::timeout:
    return "timeout";
  default:
    return "internal";
  }
}

bool may_pass(errc code) {
  return code == errc::overloaded || code == errc::locked
         || code == errc::no_space || code == errc::unreachable
         || code == errc::timeout;
}

/// "2024-05-01T12:00:00.123Z"
std::string timestamp(std::int64_t at_us) {
  const std::time_t seconds = at_us / 1'000'000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds),
                     at_us / 1'000 % 1'000);
}

std::string error_text(const job_reply& x) {
  if (x.code.empty())
    return "null";
  return fmt::format(R"({{"code":{},"message":{},"retryable":{}}})",
                     json_quoted(x.code), json_quoted(x.message), x.retryable);
}

/// Celery's result message: SUCCESS with the result, or FAILURE with the
/// error in the form of an exception.
std::string celery_text(const job_reply& x, const reply_address& to) {
  const bool ok = x.status == reply_status::ok;
  const auto failure =
    fmt::format(R"({{"exc_type":{},"exc_message":[{}],"exc_module":"troupe"}})",
                json_quoted(x.code), json_quoted(x.message));
  return fmt::format(
    R"({{"task_id":{},"status":"{}","result":{},"traceback":null,)"
    R"("children":[]}})",
    json_quoted(to.id), ok ? "SUCCESS" : "FAILURE",
    ok ? (x.result.empty() ? "null" : x.result) : failure);
}

} // namespace

std::string_view to_string(reply_status status) noexcept {
  switch (status) {
  case reply_status::ok:
    return "ok";
  case reply_status::failed:
    return "error";
  case reply_status::expired:
    return "expired";
  case reply_status::cancelled:
    return "cancelled";
  }
  return "error";
}

job_reply failure_reply(const error& why) {
  job_reply reply;
  reply.status = reply_status::failed;
  reply.code = code_of(why.code);
  reply.message = why.detail;
  reply.retryable = may_pass(why.code);
  return reply;
}

std::string reply_text(const job_reply& x, const reply_address& to) {
  if (to.celery)
    return celery_text(x, to);
  return fmt::format(
    R"({{"v":1,"id":{},"task":{},"status":"{}","result":{},"error":{},)"
    R"("attempt":{},"dedup":{},"ms":{{"queued":{},"run":{}}}}})",
    to.id.empty() ? "null" : json_quoted(to.id), json_quoted(to.task),
    to_string(x.status), x.result.empty() ? "null" : x.result, error_text(x),
    x.attempt, !to.id.empty(), x.queued_ms, x.run_ms);
}

message_ptr reply_message(std::string text, const reply_address& to,
                          std::string id) {
  auto content = std::make_shared<message>();
  auto& properties = content->properties;
  properties.content_type = "application/json";
  if (to.celery)
    properties.content_encoding = "utf-8";
  else
    properties.type = "job.result";
  properties.correlation_id = to.correlation_id;
  properties.message_id = std::move(id);
  properties.delivery_mode = 2;
  properties.app_id = "troupe";
  content->body = std::move(text);
  return content;
}

message_ptr picture_message(std::string picture, std::string text,
                            const reply_address& to, std::string id) {
  auto content =
    std::make_shared<message>(*reply_message({}, to, std::move(id)));
  content->properties.content_type =
    picture.starts_with("\x89PNG") ? "image/png"
    : picture.starts_with("RIFF")  ? "image/webp"
                                   : "image/jpeg";
  content->properties.headers = {{"x-result", std::move(text)}};
  content->body = std::move(picture);
  return content;
}

std::string event_key(const job_event& x) {
  return fmt::format("{}.{}", x.kind, to_string(x.status));
}

message_ptr event_message(const job_event& x) {
  auto content = std::make_shared<message>();
  auto& properties = content->properties;
  properties.content_type = "application/cloudevents+json";
  properties.message_id = x.id;
  properties.delivery_mode = 2;
  properties.app_id = "troupe";
  content->body = fmt::format(
    R"({{"specversion":"1.0","id":{},"source":{},"type":"job.{}","subject":{},)"
    R"("time":"{}","datacontenttype":"application/json","data":{}}})",
    json_quoted(x.id), json_quoted("/node/" + x.node),
    x.status == reply_status::ok          ? "completed"
    : x.status == reply_status::cancelled ? "cancelled"
                                          : "failed",
    json_quoted(x.job), timestamp(x.at_us), x.data.empty() ? "{}" : x.data);
  return content;
}

} // namespace troupe::amqp
