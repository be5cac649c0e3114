#include "domain/amqp/caller.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe::amqp {

namespace {

/// The pseudo queue of RabbitMQ's direct reply-to.
constexpr const char* direct_reply_queue = "amq.rabbitmq.reply-to";

constexpr std::uint16_t code_not_found = 404;

} // namespace

result<void> caller::call(call_order order) {
  auto content = std::make_shared<message>();
  auto& properties = content->properties;
  properties.content_type = std::move(order.content_type);
  properties.correlation_id = order.id;
  properties.message_id = order.id;
  properties.delivery_mode = 2;
  content->body = std::move(order.body);
  publication x;
  x.token = order.token;
  x.routing_key = order.queue.empty() ? options_.request : order.queue;
  x.deadline_us = order.deadline_us;
  properties.reply_to =
    options_.way == reply_way::direct ? direct_reply_queue : options_.response;
  x.content = content;
  const auto taken = publisher_.submit(std::move(x));
  if (!taken)
    return taken.failure();
  calls_.add({order.token, order.id,
              order.queue.empty() ? options_.request : order.queue, content,
              order.deadline_us, *taken});
  return {};
}

void caller::advance(connection& link, std::int64_t now_us,
                     std::vector<call_end>& ends) {
  for (const auto& late : calls_.expire(now_us))
    ends.push_back({late.token, call_outcome::timed_out, {}});
  std::vector<publish_end> published;
  publisher_.advance(link, now_us, opening(), published);
  settle(published, ends);
}

void caller::take(connection& link, const server_event& event,
                  std::int64_t now_us, std::vector<call_end>& ends) {
  // The server's word for "your reply queue is gone".
  if (std::holds_alternative<consume_cancelled>(event)) {
    trouble_ = "the reply queue is gone";
    declare_ = true;
    link.close_channel(publisher_.script().channel());
    return;
  }
  std::vector<publish_end> published;
  if (publisher_.take(link, event, now_us, published)) {
    trouble_.clear();
    publisher_.advance(link, now_us, {}, published);
  }
  settle(published, ends);
}

void caller::take_message(connection& link, channel_message& x,
                          std::vector<call_end>& ends) {
  if (std::holds_alternative<message_returned>(x.event)) {
    publisher_.take_return(x.content);
    return;
  }
  // A reply in a durable queue is there until it has arrived; late ones go.
  if (options_.way == reply_way::fixed)
    static_cast<void>(
      link.send(publisher_.script().channel(),
                acknowledge{std::get<message_delivered>(x.event).tag}));
  open_call call;
  if (calls_.answer(x.content.properties.correlation_id, call)) {
    publisher_.forget(call.sequence, call.correlation_id);
    ends.push_back({call.token, call_outcome::answered, std::move(x.content)});
  }
}

void caller::note_closed(const channel_lost& x, std::int64_t now_us,
                         double chance, std::vector<call_end>& ends) {
  if (x.code != 0)
    trouble_ = fmt::format("{} {}", x.code, x.text);
  const bool was_ready = publisher_.script().is_ready();
  declare_ = declare_ || x.code == code_not_found;
  std::vector<publish_end> published;
  // While it was opening, it was the reply queue that was missing.
  publisher_.note_closed(now_us, chance, was_ready ? x.code : 0, published);
  settle(published, ends);
  ask_again();
}

void caller::reset() {
  publisher_.reset();
  ask_again();
}

std::int64_t caller::due_us() const noexcept {
  return earlier_due(calls_.next_deadline_us(), publisher_.due_us());
}

std::vector<client_order> caller::opening() const {
  std::vector<client_order> orders;
  switch (options_.way) {
  case reply_way::direct:
    orders.emplace_back(
      start_consume{direct_reply_queue, "replies", true, false});
    break;
  case reply_way::fixed:
    if (declare_)
      orders.emplace_back(declare_queue{options_.response});
    orders.emplace_back(
      start_consume{options_.response, "replies", false, true});
    break;
  case reply_way::exclusive:
    orders.emplace_back(
      declare_queue{options_.response, false, false, true, true, {}});
    orders.emplace_back(
      start_consume{options_.response, "replies", true, true});
    break;
  }
  return orders;
}

/// Replies to these may have gone with the reply queue; a durable queue of
/// replies keeps them.
void caller::ask_again() {
  if (options_.way == reply_way::fixed)
    return;
  for (auto& call : calls_.recall_confirmed()) {
    publication x;
    x.token = call.token;
    x.routing_key = call.queue;
    x.content = call.request;
    x.deadline_us = call.deadline_us;
    // At the bound it stays unasked, and its deadline answers.
    if (const auto taken = publisher_.submit(std::move(x)))
      calls_.note_asked(call.token, *taken);
  }
}

void caller::settle(const std::vector<publish_end>& ends,
                    std::vector<call_end>& out) {
  for (const auto& end : ends) {
    open_call call;
    if (end.outcome == publish_outcome::confirmed) {
      calls_.confirm(end.token);
    } else if (calls_.take(end.token, call)) {
      const auto outcome =
        end.outcome == publish_outcome::unroutable ? call_outcome::unroutable
        : end.outcome == publish_outcome::refused  ? call_outcome::refused
                                                   : call_outcome::timed_out;
      out.push_back({call.token, outcome, {}});
    }
  }
}

} // namespace troupe::amqp
