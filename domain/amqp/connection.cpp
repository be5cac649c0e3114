#include "domain/amqp/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace troupe::amqp {

namespace {

// Reply codes of the specification, section 1.2, and RabbitMQ's uses of them.
constexpr std::uint16_t code_access_refused = 403;
constexpr std::uint16_t code_not_allowed = 530;
constexpr std::uint16_t code_frame_error = 501;

/// How long the server's answer to our close is awaited.
constexpr std::int64_t close_within_us = 1'000'000;

/// Our choice when the server offers none, or more.
constexpr std::uint32_t frame_bytes_max = 128U * 1024U;

/// Both sides must take frames of this size (specification, section 4.2.3:
/// frame-min-size).
constexpr std::uint32_t frame_bytes_min = 4'096;

std::int64_t to_us(std::uint16_t seconds) {
  return std::int64_t{seconds} * 1'000'000;
}

loss loss_of(errc code) {
  switch (code) {
  case errc::permission_denied:
    return loss::tls_failed;
  case errc::corrupt:
  case errc::too_large:
  case errc::unsupported:
    return loss::protocol_broken;
  default:
    return loss::unreachable;
  }
}

} // namespace

std::string_view to_string(loss why) noexcept {
  switch (why) {
  case loss::none:
    return "closed";
  case loss::unreachable:
    return "unreachable";
  case loss::tls_failed:
    return "tls_failed";
  case loss::auth_failed:
    return "auth_failed";
  case loss::vhost_missing:
    return "vhost_missing";
  case loss::silent:
    return "silent";
  case loss::ended_by_server:
    return "ended_by_server";
  case loss::protocol_broken:
    return "protocol_broken";
  }
  return "unknown";
}

// -- the connection -----------------------------------------------------------

void connection::open(std::int64_t now_us) {
  assert(is_closed());
  state_ = state::connecting;
  blocked_ = false;
  heartbeat_s_ = 0;
  opened_us_ = heard_us_ = spoke_us_ = now_us;
  channels_.clear();
  received_.clear();
  // How it ends, even at once, is told by the next `pump`.
  static_cast<void>(transport_->connect());
}

void connection::advance(std::int64_t now_us, events_out& events) {
  if (is_closed())
    return;
  received_.clear();
  const auto moved = transport_->pump(received_);
  if (moved && moved->bytes_in > 0)
    heard_us_ = now_us;
  if (moved && moved->bytes_out > 0)
    spoke_us_ = now_us;
  for (auto& frame : received_) {
    take(frame, now_us, events);
    if (is_closed())
      return;
  }
  if (!moved) {
    const bool wanted = state_ == state::closing;
    drop(wanted ? loss::none : loss_of(moved.failure().code),
         moved.failure().detail, events);
    return;
  }
  if (state_ == state::connecting && transport_->connected()) {
    state_ = state::greeting;
    tell(greet{});
  }
  mind_time(now_us, events);
}

void connection::close(std::int64_t now_us) {
  if (is_closed() || state_ == state::closing)
    return;
  if (state_ == state::open) {
    tell(order_close{200, "bye"});
    closing_until_us_ = now_us + close_within_us;
  } else {
    closing_until_us_ = now_us;
  }
  state_ = state::closing;
}

void connection::drop(loss why, std::string text, events_out& events) {
  if (is_closed())
    return;
  transport_->disconnect();
  state_ = state::closed;
  blocked_ = false;
  channels_.clear();
  events.push_back(link_lost{why, std::move(text)});
}

std::int64_t connection::due_us() const noexcept {
  switch (state_) {
  case state::closed:
    return 0;
  case state::closing:
    return closing_until_us_;
  case state::open:
    if (heartbeat_s_ == 0)
      return 0;
    return std::min(spoke_us_ + to_us(heartbeat_s_) / 2,
                    heard_us_ + 2 * to_us(heartbeat_s_));
  default:
    return opened_us_ + options_.open_within_us;
  }
}

void connection::mind_time(std::int64_t now_us, events_out& events) {
  const auto due = due_us();
  if (due == 0 || now_us < due)
    return;
  if (state_ == state::closing) {
    drop(loss::none, "closed", events);
  } else if (state_ != state::open) {
    drop(loss::silent, "the log-in took too long", events);
  } else if (now_us >= heard_us_ + 2 * to_us(heartbeat_s_)) {
    drop(loss::silent,
         fmt::format("nothing was heard for {} s", 2 * heartbeat_s_), events);
  } else {
    // One is enough, whatever a full socket does with it.
    spoke_us_ = now_us;
    if (transport_->buffered() == 0)
      tell(send_heartbeat{});
  }
}

void connection::tell(const client_order& order) {
  static_cast<void>(transport_->send(0, order));
}

void connection::break_off(std::string text, events_out& events) {
  // The reason is told when it can be; nobody waits for the answer, and
  // nothing more of what this server says is read.
  tell(order_close{code_frame_error, text});
  transport_->flush();
  drop(loss::protocol_broken, std::move(text), events);
}

// -- frames -------------------------------------------------------------------

void connection::take(server_frame& frame, std::int64_t now_us,
                      events_out& events) {
  heard_us_ = now_us;
  if (std::holds_alternative<heartbeat>(frame.event))
    return;
  if (frame.channel == 0)
    take_on_connection(frame.event, events);
  else
    take_on_channel(frame.channel, frame.event, events);
}

void connection::take_on_connection(server_event& event, events_out& events) {
  if (const auto* order = std::get_if<close_ordered>(&event))
    return on_close(*order, events);
  if (std::holds_alternative<close_confirmed>(event)
      && state_ == state::closing)
    return drop(loss::none, "closed", events);
  if (state_ == state::closing)
    return;
  if (const auto* offer = std::get_if<start_offered>(&event);
      offer != nullptr && state_ == state::greeting) {
    state_ = state::tuning;
    tell(log_in{options_.user, options_.password, options_.name});
  } else if (const auto* tune = std::get_if<tune_offered>(&event);
             tune != nullptr && state_ == state::tuning) {
    on_tune(*tune, events);
  } else if (std::holds_alternative<connection_opened>(event)
             && state_ == state::opening) {
    state_ = state::open;
    events.emplace_back(link_up{});
  } else if (auto* blocked = std::get_if<connection_blocked>(&event);
             blocked != nullptr && state_ == state::open) {
    blocked_ = true;
    events.push_back(link_blocked{blocked->reason.empty() ? "no reason given"
                                                          : blocked->reason});
  } else if (std::holds_alternative<connection_unblocked>(event)
             && state_ == state::open) {
    blocked_ = false;
    events.push_back(link_blocked{{}});
  } else if (!std::holds_alternative<unknown_method>(event)) {
    break_off("a frame of the connection that does not fit its state", events);
  }
}

void connection::on_tune(const tune_offered& offer, events_out& events) {
  if (offer.frame_max != 0 && offer.frame_max < frame_bytes_min)
    return break_off(fmt::format("frames of {} bytes offered, {} are needed; "
                                 "raise frame_max of the server",
                                 offer.frame_max, frame_bytes_min),
                     events);
  accept_tune accepted;
  accepted.channel_max = offer.channel_max;
  accepted.frame_max = offer.frame_max == 0
                         ? frame_bytes_max
                         : std::min(offer.frame_max, frame_bytes_max);
  accepted.heartbeat_s = options_.heartbeat_s;
  heartbeat_s_ = accepted.heartbeat_s;
  transport_->limit_frames(accepted.frame_max);
  tell(accepted);
  tell(open_connection{options_.vhost});
  state_ = state::opening;
}

void connection::on_close(const close_ordered& order, events_out& events) {
  tell(confirm_close{});
  transport_->flush();
  auto why = loss::ended_by_server;
  if (order.code == code_access_refused && state_ == state::tuning)
    why = loss::auth_failed;
  else if (state_ == state::opening
           && (order.code == code_not_allowed
               || order.code == code_access_refused))
    why = loss::vhost_missing;
  else if (state_ == state::closing)
    why = loss::none;
  drop(why, fmt::format("{} {}", order.code, order.text), events);
}

void connection::take_on_channel(std::uint16_t number, server_event& event,
                                 events_out& events) {
  const auto found = channels_.find(number);
  if (found == channels_.end()) {
    if (state_ == state::open)
      break_off(fmt::format("a frame on channel {}, which is closed", number),
                events);
    return;
  }
  auto& slot = found->second;
  if (auto* order = std::get_if<close_ordered>(&event)) {
    static_cast<void>(transport_->send(number, confirm_close{}));
    const channel_lost lost{number, order->code, std::move(order->text)};
    channels_.erase(found);
    events.emplace_back(lost);
  } else if (std::holds_alternative<close_confirmed>(event)) {
    channels_.erase(found);
    events.emplace_back(channel_lost{number, 0, {}});
  } else if (slot.state == channel_state::closing) {
    // The server had not yet read our close.
    return;
  } else if (std::holds_alternative<channel_opened>(event)) {
    slot.state = channel_state::open;
    events.push_back(channel_event{number, std::move(event)});
  } else if (!take_content(number, slot, event, events)) {
    events.push_back(channel_event{number, std::move(event)});
  }
}

bool connection::take_content(std::uint16_t number, channel_slot& slot,
                              server_event& event, events_out& events) {
  const bool opens = std::holds_alternative<message_delivered>(event)
                     || std::holds_alternative<message_returned>(event);
  auto* header = std::get_if<content_header>(&event);
  auto* body = std::get_if<content_body>(&event);
  if (!slot.joining && !opens && header == nullptr && body == nullptr)
    return false;
  if (opens && !slot.joining) {
    slot.joining = true;
    slot.event = std::move(event);
  } else if (header != nullptr && slot.joining && !slot.has_header
             && header->body_bytes <= options_.message_bytes_max) {
    slot.has_header = true;
    slot.content.properties = std::move(header->properties);
    slot.missing = header->body_bytes;
    if (slot.missing == 0)
      finish_content(number, slot, events);
  } else if (body != nullptr && slot.has_header
             && body->bytes.size() <= slot.missing) {
    slot.missing -= body->bytes.size();
    slot.content.body += body->bytes;
    if (slot.missing == 0)
      finish_content(number, slot, events);
  } else {
    break_off("a message whose frames do not fit each other", events);
  }
  return true;
}

void connection::finish_content(std::uint16_t number, channel_slot& slot,
                                events_out& events) {
  events.push_back(
    channel_message{number, std::move(slot.event), std::move(slot.content)});
  slot.joining = slot.has_header = false;
  slot.event = heartbeat{};
  slot.content = {};
}

// -- channels -----------------------------------------------------------------

void connection::open_channel(std::uint16_t channel) {
  assert(is_open() && !channels_.contains(channel));
  channels_.emplace(channel, channel_slot{});
  static_cast<void>(transport_->send(channel, amqp::open_channel{}));
}

void connection::close_channel(std::uint16_t channel) {
  const auto found = channels_.find(channel);
  if (found == channels_.end() || found->second.state == channel_state::closing)
    return;
  found->second.state = channel_state::closing;
  static_cast<void>(transport_->send(channel, order_close{200, "bye"}));
}

bool connection::is_open(std::uint16_t channel) const noexcept {
  const auto found = channels_.find(channel);
  return state_ == state::open && found != channels_.end()
         && found->second.state == channel_state::open;
}

bool connection::send(std::uint16_t channel, const client_order& order) {
  return is_open(channel) && bool{transport_->send(channel, order)};
}

} // namespace troupe::amqp
