#include "domain/amqp/publisher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe::amqp {

namespace {

/// Reply code of a missing exchange or queue (specification, section 1.2).
constexpr std::uint16_t code_not_found = 404;

} // namespace

result<std::uint64_t> publisher::submit(publication x) {
  const auto bytes = x.content->body.size();
  if (bytes > limits_.message_bytes_max)
    return error{errc::too_large,
                 fmt::format("publish: a body of {} bytes, of {} at most; put "
                             "it in a file and send its path",
                             bytes, limits_.message_bytes_max)};
  if (waiting_.size() >= limits_.waiting_max
      || waiting_bytes_ + bytes > limits_.waiting_bytes_max)
    return error{errc::overloaded,
                 fmt::format("publish: busy, {} messages wait for the server; "
                             "try again later",
                             waiting_.size())};
  // The server names what it returns by nothing else.
  if (x.mandatory && x.content->properties.message_id.empty())
    return error{errc::invalid_argument,
                 "publish: a mandatory message needs a message_id"};
  x.sequence = ++last_sequence_;
  if (x.deadline_us != 0)
    waiting_deadlines_.emplace(x.deadline_us, x.sequence);
  waiting_bytes_ += bytes;
  waiting_.emplace(x.sequence, std::move(x));
  return last_sequence_;
}

void publisher::advance(connection& link, std::int64_t now_us,
                        const std::vector<client_order>& opening,
                        std::vector<publish_end>& ends) {
  expire(now_us, ends);
  if (!link.is_open())
    return;
  if (script_.wants_begin(now_us)) {
    std::vector<client_order> orders{select_confirms{}};
    orders.insert(orders.end(), opening.begin(), opening.end());
    script_.begin(link, std::move(orders));
  }
  publish_some(link, now_us);
}

bool publisher::take(connection& link, const server_event& event,
                     std::int64_t now_us, std::vector<publish_end>& ends) {
  if (const auto* x = std::get_if<publish_settled>(&event)) {
    for (auto& verdict : window_.settle(*x)) {
      auto outcome = publish_outcome::confirmed;
      if (verdict.returned)
        outcome = publish_outcome::unroutable;
      else if (!verdict.accepted)
        outcome = publish_outcome::refused;
      ends.push_back({verdict.of.token, outcome});
    }
    publish_some(link, now_us);
    return false;
  }
  return script_.take_answer(link, event, now_us);
}

void publisher::take_return(const message& content) {
  static_cast<void>(window_.mark_returned(content.properties.message_id));
}

void publisher::note_closed(std::int64_t now_us, double chance,
                            std::uint16_t code,
                            std::vector<publish_end>& ends) {
  script_.note_closed(now_us, chance);
  const bool alone = window_.size() == 1;
  auto left = window_.take_back();
  // What closed it would close it again: a missing exchange for all of them,
  // anything else for the one that is alone.
  if (code == code_not_found || (code != 0 && alone))
    for (const auto& each : std::exchange(left, {}))
      ends.push_back({each.token, publish_outcome::refused});
  wait_again(std::move(left));
}

void publisher::reset() {
  script_.reset();
  wait_again(window_.take_back());
}

void publisher::forget(std::uint64_t sequence, const std::string& message_id) {
  if (waiting_.contains(sequence))
    static_cast<void>(remove_waiting(sequence));
  else
    window_.forget(sequence, message_id);
}

std::int64_t publisher::stalled_at_us() const noexcept {
  const auto oldest = window_.oldest_us();
  return oldest == 0 ? 0 : oldest + limits_.confirm_within_us;
}

std::int64_t publisher::due_us() const noexcept {
  const auto due = window_.next_deadline_us();
  return waiting_deadlines_.empty()
           ? due
           : earlier_due(due, waiting_deadlines_.begin()->first);
}

void publisher::publish_some(connection& link, std::int64_t now_us) {
  if (!script_.is_ready() || link.is_blocked())
    return;
  while (!waiting_.empty() && !window_.full()
         && link.buffered() < limits_.output_bytes_max) {
    auto next = remove_waiting(waiting_.begin()->first);
    if (!link.send(script_.channel(),
                   publish_message{next.exchange, next.routing_key,
                                   next.mandatory, next.content})) {
      std::vector<publication> back;
      back.push_back(std::move(next));
      wait_again(std::move(back));
      return;
    }
    window_.add(std::move(next), now_us);
  }
}

void publisher::expire(std::int64_t now_us, std::vector<publish_end>& ends) {
  while (!waiting_deadlines_.empty()
         && waiting_deadlines_.begin()->first <= now_us) {
    const auto gone = remove_waiting(waiting_deadlines_.begin()->second);
    ends.push_back({gone.token, publish_outcome::timed_out});
  }
  for (const auto& late : window_.expire(now_us))
    ends.push_back({late.token, publish_outcome::timed_out});
}

void publisher::wait_again(std::vector<publication> left) {
  for (auto& each : left) {
    ++republished_;
    if (each.deadline_us != 0)
      waiting_deadlines_.emplace(each.deadline_us, each.sequence);
    waiting_bytes_ += each.content->body.size();
    waiting_.emplace(each.sequence, std::move(each));
  }
}

publication publisher::remove_waiting(std::uint64_t sequence) {
  auto node = waiting_.extract(sequence);
  auto& gone = node.mapped();
  waiting_bytes_ -= gone.content->body.size();
  const auto [first, last] = waiting_deadlines_.equal_range(gone.deadline_us);
  for (auto it = first; it != last; ++it)
    if (it->second == sequence) {
      waiting_deadlines_.erase(it);
      break;
    }
  return std::move(gone);
}

} // namespace troupe::amqp
