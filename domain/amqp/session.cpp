#include "domain/amqp/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe::amqp {

namespace {

// Channels of the publishing connection, then of the consuming one.
constexpr std::uint16_t replies_channel = 1;
constexpr std::uint16_t events_channel = 2;
constexpr std::uint16_t first_service_channel = 3;
constexpr std::uint16_t topology_channel = 1;
constexpr std::uint16_t first_consumer_channel = 2;

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};

} // namespace

std::string_view to_string(link_state state) noexcept {
  switch (state) {
  case link_state::off:
    return "off";
  case link_state::connecting:
    return "connecting";
  case link_state::up:
    return "up";
  case link_state::blocked:
    return "blocked";
  case link_state::waiting:
    return "waiting";
  }
  return "unknown";
}

session::session(const session_options& options, amqp_transport& publishing,
                 amqp_transport& consuming)
  : random_(options.seed), publishing_(options, publishing),
    consuming_(options, consuming),
    confirm_within_us_(options.limits.confirm_within_us),
    consumes_(!options.job_queues.empty()), lanes_{publisher{replies_channel,
                                                             options.limits},
                                                   publisher{events_channel,
                                                             options.limits}},
    topology_(topology_channel,
              job_topology(options.job_queues, options.queue_type)) {
  auto channel = first_service_channel;
  for (const auto& each : options.services)
    callers_.emplace_back(each, channel++, options.limits);
  channel = first_consumer_channel;
  for (const auto& queue : options.job_queues)
    consumers_.emplace_back(channel++, queue, options.prefetch,
                            options.incarnation << 32U);
}

// -- the loop -----------------------------------------------------------------

void session::advance(std::int64_t now_us, events_out& events) {
  advance_link(publishing_, now_us, events);
  if (consumes_)
    advance_link(consuming_, now_us, events);
  advance_publishing(now_us, events);
  advance_consuming(now_us);
  drop_stalled(now_us, events);
  for (auto& each : consumers_)
    each.flush(consuming_.wire);
  publishing_.wire.flush();
  consuming_.wire.flush();
}

void session::advance_link(link& x, std::int64_t now_us, events_out& events) {
  if (x.wire.is_closed()) {
    if (closing_ || now_us < x.not_before_us)
      return;
    x.status.state = link_state::connecting;
    x.wire.open(now_us);
  }
  std::vector<connection_event> told;
  x.wire.advance(now_us, told);
  for (auto& each : told)
    take(x, each, now_us, events);
}

void session::advance_publishing(std::int64_t now_us, events_out& events) {
  std::vector<publish_end> published;
  for (auto& each : lanes_)
    each.advance(publishing_.wire, now_us, {}, published);
  tell(published, events);
  std::vector<call_end> answered;
  for (auto& each : callers_)
    each.advance(publishing_.wire, now_us, answered);
  tell(answered, events);
}

void session::advance_consuming(std::int64_t now_us) {
  if (!consumes_)
    return;
  topology_.advance(consuming_.wire, now_us);
  if (topology_.is_done())
    for (auto& each : consumers_)
      each.advance(consuming_.wire, now_us);
}

void session::drop_stalled(std::int64_t now_us, events_out& events) {
  const auto at = stalled_at_us();
  if (at == 0 || now_us < at)
    return;
  std::vector<connection_event> told;
  publishing_.wire.drop(loss::silent, "no confirm came for too long", told);
  for (auto& each : told)
    take(publishing_, each, now_us, events);
}

std::int64_t session::due_us() const noexcept {
  std::int64_t due = 0;
  for (const auto* x : {&publishing_, &consuming_}) {
    if (x == &consuming_ && !consumes_)
      continue;
    if (!x->wire.is_closed())
      due = earlier_due(due, x->wire.due_us());
    else if (!closing_)
      // 1 = at once: it was never tried.
      due = earlier_due(due, std::max<std::int64_t>(x->not_before_us, 1));
  }
  const bool open = publishing_.wire.is_open();
  for (const auto& each : lanes_)
    due = earlier_due(
      due, earlier_due(each.due_us(), open ? each.script().due_us() : 0));
  for (const auto& each : callers_)
    due = earlier_due(
      due, earlier_due(each.due_us(),
                       open ? each.publishing().script().due_us() : 0));
  due = earlier_due(due, stalled_at_us());
  if (!consumes_ || !consuming_.wire.is_open())
    return due;
  due = earlier_due(due, topology_.due_us());
  for (const auto& each : consumers_)
    due = earlier_due(due, each.wants_flush() ? 1 : 0);
  if (topology_.is_done())
    for (const auto& each : consumers_)
      due = earlier_due(due, each.is_cancelled() ? 0 : each.script().due_us());
  return due;
}

std::int64_t session::stalled_at_us() const noexcept {
  // A blocked connection's confirms are out without being late.
  if (!publishing_.wire.is_open() || publishing_.wire.is_blocked())
    return 0;
  std::int64_t at = 0;
  for (const auto& each : lanes_)
    at = earlier_due(at, each.stalled_at_us());
  for (const auto& each : callers_)
    at = earlier_due(at, each.publishing().stalled_at_us());
  return at == 0 ? 0 : std::max(at, unblocked_us_ + confirm_within_us_);
}

// -- what the connections tell ------------------------------------------------

void session::take(link& x, connection_event& event, std::int64_t now_us,
                   events_out& events) {
  std::visit(
    overloaded{
      [&](const link_up&) { on_up(x, now_us, events); },
      [&](const link_lost& told) { on_lost(x, told, now_us, events); },
      [&](const link_blocked& told) { on_blocked(x, told, now_us, events); },
      [&](const channel_lost& told) {
        on_channel_lost(x, told, now_us, events);
      },
      [&](const channel_event& told) { on_event(x, told, now_us, events); },
      [&](channel_message& told) { on_message(x, told, events); },
    },
    event);
}

void session::on_up(link& x, std::int64_t now_us, events_out& events) {
  x.retry.succeed(now_us);
  x.status.state = link_state::up;
  x.status.why = loss::none;
  x.status.text.clear();
  ++x.status.connects;
  events.push_back(status_told{fmt::format(
    "connect {} times={}", &x == &publishing_ ? "publishing" : "consuming",
    x.status.connects)});
}

void session::on_lost(link& x, const link_lost& told, std::int64_t now_us,
                      events_out& events) {
  if (&x == &publishing_) {
    for (auto& each : lanes_)
      each.reset();
    for (auto& each : callers_)
      each.reset();
  } else {
    topology_.reset();
    for (auto& each : consumers_)
      each.reset();
  }
  x.not_before_us = x.retry.fail(now_us, needs_a_person(told.why), chance());
  const bool news = x.status.why != told.why || x.status.text != told.text;
  x.status.state = closing_ ? link_state::off : link_state::waiting;
  x.status.why = told.why;
  x.status.text = told.text;
  if (news && told.why != loss::none)
    events.push_back(
      status_told{fmt::format("lost {} why={} {}",
                              &x == &publishing_ ? "publishing" : "consuming",
                              to_string(told.why), told.text),
                  true});
}

void session::on_blocked(link& x, const link_blocked& told, std::int64_t now_us,
                         events_out& events) {
  const bool blocked = !told.reason.empty();
  if (&x == &publishing_ && !blocked)
    unblocked_us_ = now_us;
  x.status.state = blocked ? link_state::blocked : link_state::up;
  x.status.text = told.reason;
  events.push_back(
    status_told{blocked ? fmt::format("blocked by the server: {}", told.reason)
                        : "no longer blocked",
                blocked});
}

void session::on_channel_lost(link& x, const channel_lost& told,
                              std::int64_t now_us, events_out& events) {
  if (told.code != 0)
    events.push_back(status_told{
      fmt::format("channel closed code={} {}", told.code, told.text), true});
  if (&x == &consuming_) {
    if (told.channel == topology_channel)
      return topology_.note_closed(told, now_us, chance());
    if (auto* found = consumer_at(told.channel);
        found != nullptr && found->note_closed(told, now_us, chance()))
      topology_.look_again();
    return;
  }
  std::vector<publish_end> published;
  std::vector<call_end> answered;
  if (auto* found = publisher_at(told.channel))
    found->note_closed(now_us, chance(), told.code, published);
  else if (auto* service = caller_at(told.channel))
    service->note_closed(told, now_us, chance(), answered);
  tell(published, events);
  tell(answered, events);
}

void session::on_event(link& x, const channel_event& told, std::int64_t now_us,
                       events_out& events) {
  if (&x == &consuming_) {
    if (told.channel == topology_channel)
      return topology_.take(x.wire, told.event, now_us);
    if (auto* found = consumer_at(told.channel);
        found != nullptr && found->take(x.wire, told.event, now_us))
      topology_.look_again();
    return;
  }
  std::vector<publish_end> published;
  std::vector<call_end> answered;
  if (auto* found = publisher_at(told.channel))
    static_cast<void>(found->take(x.wire, told.event, now_us, published));
  else if (auto* service = caller_at(told.channel))
    service->take(x.wire, told.event, now_us, answered);
  tell(published, events);
  tell(answered, events);
}

void session::on_message(link& x, channel_message& told, events_out& events) {
  if (&x == &consuming_) {
    auto* found = consumer_at(told.channel);
    if (found != nullptr
        && std::holds_alternative<message_delivered>(told.event))
      events.push_back(delivery_told{found->take_message(told)});
    return;
  }
  std::vector<call_end> answered;
  if (auto* found = publisher_at(told.channel))
    found->take_return(told.content);
  else if (auto* service = caller_at(told.channel))
    service->take_message(x.wire, told, answered);
  tell(answered, events);
}

// -- verbs --------------------------------------------------------------------

result<void> session::publish(publication x, lane where) {
  const auto taken =
    lanes_.at(static_cast<std::size_t>(where)).submit(std::move(x));
  return taken ? result<void>{} : taken.failure();
}

result<void> session::call(const std::string& service, call_order order) {
  std::string names;
  for (auto& each : callers_) {
    if (each.options().name == service)
      return each.call(std::move(order));
    if (!each.options().name.empty())
      names += " " + each.options().name;
  }
  return error{errc::not_found,
               fmt::format("rpc: no service {}; there is:{}", service, names)};
}

bool session::acknowledge(const delivery_handle& x) {
  auto* found = consumer_at(x.channel);
  return found != nullptr && found->acknowledge(x);
}

bool session::reject(const delivery_handle& x, bool requeue) {
  auto* found = consumer_at(x.channel);
  return found != nullptr && found->reject(consuming_.wire, x, requeue);
}

void session::stop_consuming() {
  for (auto& each : consumers_)
    each.cancel(consuming_.wire);
}

void session::close(std::int64_t now_us) {
  closing_ = true;
  for (auto& each : consumers_)
    each.flush(consuming_.wire);
  publishing_.wire.close(now_us);
  consuming_.wire.close(now_us);
}

bool session::is_closed() const noexcept {
  return closing_ && publishing_.wire.is_closed()
         && consuming_.wire.is_closed();
}

session_status session::status() const {
  session_status found;
  found.publishing = publishing_.status;
  found.consuming = consuming_.status;
  if (consumes_)
    found.troubles = topology_.troubles();
  for (const auto& each : lanes_) {
    found.unconfirmed += each.unconfirmed();
    found.waiting += each.open_count() - each.unconfirmed();
    found.republished += each.republished();
  }
  for (const auto& each : callers_) {
    found.unconfirmed += each.publishing().unconfirmed();
    found.republished += each.publishing().republished();
    found.open_calls += each.open_calls();
    found.late_replies += each.late_replies();
    if (!each.trouble().empty())
      found.troubles["service " + each.options().name] = each.trouble();
  }
  found.consuming_all = consumes_;
  for (const auto& each : consumers_) {
    found.unacknowledged += each.unacknowledged();
    found.stale_acknowledgements += each.stale();
    found.consuming_all = found.consuming_all && each.script().is_ready();
    if (!each.trouble().empty())
      found.troubles.emplace(each.queue(), each.trouble());
  }
  return found;
}

std::size_t session::open_count() const noexcept {
  std::size_t open = 0;
  for (const auto& each : lanes_)
    open += each.open_count();
  for (const auto& each : callers_)
    open += each.open_calls();
  return open;
}

// -- helpers ------------------------------------------------------------------

double session::chance() {
  return std::uniform_real_distribution<double>{0.0, 1.0}(random_);
}

consumer* session::consumer_at(std::uint16_t channel) {
  const auto at = std::size_t{channel} - first_consumer_channel;
  return at < consumers_.size() ? &consumers_[at] : nullptr;
}

caller* session::caller_at(std::uint16_t channel) {
  const auto at = std::size_t{channel} - first_service_channel;
  return at < callers_.size() ? &callers_[at] : nullptr;
}

publisher* session::publisher_at(std::uint16_t channel) {
  const auto at = std::size_t{channel} - replies_channel;
  return at < lanes_.size() ? &lanes_.at(at) : nullptr;
}

void session::tell(std::vector<publish_end>& ends, events_out& events) {
  for (auto& each : ends)
    events.push_back(publish_told{each});
  ends.clear();
}

void session::tell(std::vector<call_end>& ends, events_out& events) {
  for (auto& each : ends)
    events.push_back(call_told{std::move(each)});
  ends.clear();
}

} // namespace troupe::amqp
