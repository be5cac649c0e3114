#include "actors/broker/broker_line.hpp"

#include "actors/actor_settings.hpp"
#include "actors/broker/broker.hpp"
#include "actors/caf_error.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <optional>
#include <utility>

namespace troupe {

namespace {

using namespace std::chrono_literals;

/// The BROKER keeps its deadlines itself; this is for one that is gone.
constexpr auto slack = 10s;

class spawned_broker_line final : public broker_line {
public:
  spawned_broker_line(const broker_ports& ports, const wall_clock& clock,
                      log_sink& log)
    : clock_(&clock), system_(config_), client_(system_) {
    broker_parts parts;
    parts.session = ports.session;
    parts.open_transport = ports.open_transport;
    parts.server = ports.server;
    parts.clock = &clock;
    parts.log = &log;
    broker_ = spawn_broker(system_, parts, {});
  }

  ~spawned_broker_line() override {
    constexpr std::int64_t flush_ms = 2'000;
    static_cast<void>(ask<bool>(slack, drain_atom_v, flush_ms));
    caf::anon_send_exit(broker_, caf::exit_reason::user_shutdown);
    broker_ = broker_actor{};
  }

  spawned_broker_line(const spawned_broker_line&) = delete;
  spawned_broker_line& operator=(const spawned_broker_line&) = delete;

  result<rpc_answer> call(rpc_question question) override {
    const auto within = std::chrono::milliseconds{question.timeout_ms} + slack;
    return ask<rpc_answer>(within, call_atom_v, std::move(question));
  }

  result<publish_receipt> publish(outgoing_message message) override {
    const auto within = std::chrono::milliseconds{message.within_ms} + slack;
    return ask<publish_receipt>(within, publish_atom_v, std::move(message));
  }

  result<broker_status> settle(std::chrono::milliseconds longest) override {
    const auto until = clock_->monotonic_ms() + longest.count();
    for (;;) {
      auto status = ask<broker_status>(slack, status_atom_v);
      if (!status || clock_->monotonic_ms() >= until
          || (status->state != "connecting" && status->state != "off"))
        return status;
      // Nobody tells a command how the log-in ends: it looks again.
      client_->receive(caf::after(20ms) >> [] {});
    }
  }

private:
  template <class T, class Deadline, class... Ts>
  result<T> ask(Deadline deadline, Ts&&... xs) {
    std::optional<result<T>> answer;
    client_
      ->request(broker_,
                std::chrono::duration_cast<std::chrono::milliseconds>(deadline),
                std::forward<Ts>(xs)...)
      .receive([&](T& x) { answer = std::move(x); },
               [&](caf::error& why) { answer = from_caf(why); });
    return std::move(*answer);
  }

  const wall_clock* clock_;
  actor_settings config_{1, remoting::off};
  caf::actor_system system_;
  caf::scoped_actor client_;
  broker_actor broker_;
};

} // namespace

std::unique_ptr<broker_line> broker_line::open(const broker_ports& ports,
                                               const wall_clock& clock,
                                               log_sink& log) {
  return std::make_unique<spawned_broker_line>(ports, clock, log);
}

} // namespace troupe
