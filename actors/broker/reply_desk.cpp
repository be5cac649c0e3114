#include "actors/broker/reply_desk.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <utility>

namespace troupe {

namespace {

/// A reply that nobody confirmed is published again after this.
constexpr std::int64_t reply_within_ms = 120'000;

} // namespace

void reply_desk::reply(const delivery_waiter& to, const std::string& text,
                       delivery_end end, const std::string& file) {
  if (to.to.reply_to.empty())
    return settle(to, end);
  outgoing_message reply;
  reply.routing_key = to.to.reply_to;
  reply.content = content_of(to, text, file);
  if (!reply.content)
    return refuse(to, {errc::too_large,
                       "the result does not fit a message; name output.path, "
                       "and it is written there"});
  reply.within_ms = reply_within_ms;
  self_->request(broker_, caf::infinite, publish_atom_v, std::move(reply))
    .then(
      [this, to, end](const publish_receipt& x) {
        if (x.outcome == amqp::publish_outcome::unroutable)
          log_->write(
            log_level::warning, "job_server",
            fmt::format("reply returned to={} id={}: nobody waits for it",
                        to.to.reply_to, to.to.id));
        const bool gone = x.outcome == amqp::publish_outcome::confirmed
                          || x.outcome == amqp::publish_outcome::unroutable;
        settle(to, gone ? end : delivery_end::again);
      },
      [this, to](caf::error&) { settle(to, delivery_end::again); });
}

void reply_desk::refuse(const delivery_waiter& to, const error& why) {
  log_->write(
    log_level::warning, "job_server",
    fmt::format("refuse id={} task={} {}", to.to.id, to.to.task, why.detail));
  reply(to, amqp::reply_text(amqp::failure_reply(why), to.to),
        delivery_end::dead);
}

void reply_desk::expire(const delivery_waiter& to) {
  amqp::job_reply late;
  late.status = amqp::reply_status::expired;
  late.code = "timeout";
  late.message = "its x-deadline had passed before it could start";
  reply(to, amqp::reply_text(late, to.to), delivery_end::done);
}

void reply_desk::publish_event(const job_news& x) {
  if (!broker_)
    return;
  amqp::job_event event;
  event.node = ports_->node_name;
  event.id = next_id("event");
  event.job = x.ulid;
  event.kind = to_string(x.kind);
  event.at_us = clock_->now_us();
  amqp::job_reply told;
  if (x.state == job_state::cancelled) {
    told.status = amqp::reply_status::cancelled;
  } else if (x.state != job_state::done) {
    told = amqp::failure_reply({errc::invalid_argument, x.message});
  }
  event.status = told.status;
  event.data = amqp::reply_text(told, {x.ulid, event.kind, {}, {}, false});
  outgoing_message out;
  out.lane = amqp::session::lane::events;
  out.exchange = "jobs.events";
  out.routing_key = amqp::event_key(event);
  out.content = amqp::event_message(event);
  // Nobody may listen, and nobody waits for it.
  out.mandatory = false;
  out.within_ms = reply_within_ms;
  self_->request(broker_, caf::infinite, publish_atom_v, std::move(out))
    .then([](const publish_receipt&) {}, [](caf::error&) {});
}

amqp::message_ptr reply_desk::content_of(const delivery_waiter& to,
                                         const std::string& text,
                                         const std::string& file) {
  if (file.empty())
    return amqp::reply_message(text, to.to, next_id("reply"));
  auto bytes = ports_->read(file, ports_->session.limits.message_bytes_max);
  if (!bytes)
    return nullptr;
  return amqp::picture_message(std::move(*bytes), text, to.to,
                               next_id("reply"));
}

void reply_desk::settle(const delivery_waiter& to, delivery_end end) {
  self_->send(broker_, ack_atom_v, delivery_verdict{to.handle, end});
}

std::string reply_desk::next_id(const char* what) {
  return fmt::format("{}-{:x}-{:x}", what, clock_->now_us(), ++last_id_);
}

} // namespace troupe
