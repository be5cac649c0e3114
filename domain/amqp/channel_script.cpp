#include "domain/amqp/channel_script.hpp"

#include <utility>

namespace troupe::amqp {

namespace {

/// Methods that answer an opening order.
bool is_answer(const server_event& event) {
  return std::holds_alternative<queue_declared>(event)
         || std::holds_alternative<exchange_declared>(event)
         || std::holds_alternative<queue_bound>(event)
         || std::holds_alternative<prefetch_set>(event)
         || std::holds_alternative<confirms_selected>(event)
         || std::holds_alternative<consume_started>(event);
}

} // namespace

void channel_script::begin(connection& link, std::vector<client_order> orders) {
  orders_ = std::move(orders);
  next_ = 0;
  stage_ = stage::opening;
  link.open_channel(channel_);
}

bool channel_script::take_answer(connection& link, const server_event& event,
                                 std::int64_t now_us) {
  const bool opened =
    stage_ == stage::opening && std::holds_alternative<channel_opened>(event);
  const bool answered = stage_ == stage::ordering && is_answer(event);
  return (opened || answered) && send_next(link, now_us);
}

bool channel_script::send_next(connection& link, std::int64_t now_us) {
  if (next_ < orders_.size()) {
    stage_ = stage::ordering;
    static_cast<void>(link.send(channel_, orders_[next_++]));
    return false;
  }
  stage_ = stage::ready;
  retry_.succeed(now_us);
  return true;
}

void channel_script::note_closed(std::int64_t now_us, double chance) noexcept {
  stage_ = stage::closed;
  not_before_us_ = retry_.fail(now_us, false, chance);
}

void channel_script::reset() noexcept {
  stage_ = stage::closed;
  not_before_us_ = 0;
}

} // namespace troupe::amqp
