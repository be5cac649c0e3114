#include "domain/amqp/consumer.hpp"

#include <fmt/format.h>

#include <utility>

namespace troupe::amqp {

namespace {

constexpr std::uint16_t code_not_found = 404;

constexpr const char* consumer_tag = "jobs";

} // namespace

void consumer::advance(connection& link, std::int64_t now_us) {
  if (cancelled_ || !link.is_open() || !script_.wants_begin(now_us))
    return;
  begin_epoch();
  script_.begin(link, {set_prefetch{prefetch_},
                       start_consume{queue_, consumer_tag, false, false}});
}

bool consumer::take(connection& link, const server_event& event,
                    std::int64_t now_us) {
  if (std::holds_alternative<consume_cancelled>(event)) {
    trouble_ = "the queue was deleted";
    // What was delivered is gone with it; the channel begins anew.
    link.close_channel(script_.channel());
    return true;
  }
  if (script_.take_answer(link, event, now_us))
    trouble_.clear();
  return false;
}

delivery consumer::take_message(channel_message& x) {
  const auto& told = std::get<message_delivered>(x.event);
  ledger_.note_delivered(told.tag);
  return {{script_.channel(), epoch_, told.tag},
          queue_,
          told.redelivered,
          std::move(x.content)};
}

bool consumer::note_closed(const channel_lost& x, std::int64_t now_us,
                           double chance) {
  if (x.code != 0)
    trouble_ = fmt::format("{} {}", x.code, x.text);
  script_.note_closed(now_us, chance);
  begin_epoch();
  return x.code == code_not_found;
}

void consumer::reset() {
  script_.reset();
  begin_epoch();
}

bool consumer::acknowledge(const delivery_handle& x) {
  return take_end(x.epoch == epoch_ && ledger_.acknowledge(x.tag));
}

bool consumer::reject(connection& link, const delivery_handle& x,
                      bool requeue) {
  return take_end(
    x.epoch == epoch_ && ledger_.settle(x.tag)
    && link.send(script_.channel(), amqp::reject{x.tag, requeue}));
}

void consumer::flush(connection& link) {
  for (const auto& each : ledger_.take())
    static_cast<void>(link.send(script_.channel(), each));
}

void consumer::cancel(connection& link) {
  if (!std::exchange(cancelled_, true) && script_.is_ready())
    static_cast<void>(
      link.send(script_.channel(), cancel_consume{consumer_tag}));
}

bool consumer::take_end(bool in_time) noexcept {
  stale_ += in_time ? 0 : 1;
  return in_time;
}

void consumer::begin_epoch() {
  ++epoch_;
  ledger_.reset();
}

} // namespace troupe::amqp
