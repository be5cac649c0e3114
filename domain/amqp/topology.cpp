#include "domain/amqp/topology.hpp"

#include <fmt/format.h>

#include <utility>

namespace troupe::amqp {

namespace {

constexpr std::uint16_t code_access_refused = 403;
constexpr std::uint16_t code_not_found = 404;
constexpr std::uint16_t code_precondition_failed = 406;

/// Deliveries of one message before a quorum queue gives it up by itself.
constexpr std::int64_t delivery_limit = 20;

} // namespace

wanted_topology job_topology(const std::vector<std::string>& job_queues,
                             std::string_view queue_type) {
  const field_table dead{{"x-queue-type", std::string{queue_type}}};
  field_table live = dead;
  live.emplace_back("x-dead-letter-exchange", std::string{"jobs.dlx"});
  if (queue_type == "quorum")
    live.emplace_back("x-delivery-limit", delivery_limit);
  wanted_topology wanted;
  wanted.exchanges = {{"jobs.dlx", "fanout"}, {"jobs.events", "topic"}};
  wanted.queues = {{"jobs.dead", dead}};
  for (const auto& name : job_queues)
    wanted.queues.push_back({name, live});
  wanted.bindings = {{"jobs.dead", "jobs.dlx", ""}};
  return wanted;
}

void topology::advance(connection& link, std::int64_t now_us) {
  if (!link.is_open())
    return;
  if (!std::exchange(begun_, true))
    fill();
  if (script_.wants_begin(now_us) && !todo_.empty())
    script_.begin(link, {});
  else if (script_.is_ready())
    send_next(link);
}

void topology::take(connection& link, const server_event& event,
                    std::int64_t now_us) {
  if (script_.is_ready()) {
    if (!in_flight_)
      return;
    in_flight_ = false;
    finish_step(true);
    send_next(link);
  } else if (script_.take_answer(link, event, now_us)) {
    send_next(link);
  }
}

void topology::note_closed(const channel_lost& x, std::int64_t now_us,
                           double chance) {
  script_.note_closed(now_us, chance);
  if (std::exchange(in_flight_, false))
    fail_step(x);
}

void topology::reset() {
  script_.reset();
  in_flight_ = false;
  look_again();
}

void topology::look_again() {
  begun_ = false;
  // An answer that is on its way still counts for the old list.
  if (!in_flight_)
    todo_.clear();
  else
    todo_.resize(1);
}

void topology::fill() {
  troubles_.clear();
  if (!in_flight_)
    todo_.clear();
  for (const auto& x : wanted_.exchanges)
    todo_.push_back({purpose::look, x.name,
                     declare_exchange{x.name, x.type, true},
                     declare_exchange{x.name, x.type, false}});
  for (const auto& x : wanted_.queues) {
    declare_queue make{x.name};
    make.arguments = x.arguments;
    auto look = make;
    look.passive = true;
    look.arguments.clear();
    todo_.push_back({purpose::look, x.name, look, make});
  }
  for (const auto& x : wanted_.bindings)
    todo_.push_back(
      {purpose::make, x.queue, bind_queue{x.queue, x.exchange, x.routing_key}});
}

void topology::send_next(connection& link) {
  if (in_flight_ || todo_.empty())
    return;
  in_flight_ = link.send(script_.channel(), todo_.front().order);
}

void topology::finish_step(bool there) {
  auto done = std::move(todo_.front());
  todo_.pop_front();
  if (done.what == purpose::look)
    todo_.push_front({there ? purpose::compare : purpose::make, done.subject,
                      std::move(done.make)});
}

void topology::fail_step(const channel_lost& x) {
  const auto& failed = todo_.front();
  if (failed.what == purpose::look && x.code == code_not_found)
    return finish_step(false);
  const bool is_there = failed.what == purpose::compare;
  if (is_there && x.code == code_precondition_failed)
    troubles_[failed.subject] = fmt::format(
      "{} exists with other arguments and is used as it is ({}); change "
      "[broker] queue_type, or delete it when it is empty",
      failed.subject, x.text);
  else if (!is_there || x.code != code_access_refused)
    troubles_[failed.subject] =
      fmt::format("{}: {} {}", failed.subject, x.code, x.text);
  todo_.pop_front();
}

} // namespace troupe::amqp
