#pragma once

#include "tests/rabbitmq/session_loop.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace troupe::testing {

/// Answers a job with its body backwards. False: the session would not have
/// it.
inline bool echo(session_loop& service, amqp::session_event& event) {
  auto* job = std::get_if<amqp::delivery_told>(&event);
  if (job == nullptr)
    return true;
  const auto& asked = job->what.content;
  auto reply = std::make_shared<amqp::message>();
  reply->properties.correlation_id = asked.properties.correlation_id;
  reply->properties.message_id = "r" + reply->properties.correlation_id;
  reply->body = {asked.body.rbegin(), asked.body.rend()};
  amqp::publication x;
  x.routing_key = asked.properties.reply_to;
  x.content = reply;
  const bool taken =
    bool{service.session().publish(x, amqp::session::lane::replies)};
  return service.session().acknowledge(job->what.handle) && taken;
}

/// A service on a thread of its own that answers everything that is sent to
/// its queue, or takes it and never answers.
class echo_service {
public:
  enum class manner : std::uint8_t { answers, stalls };

  echo_service(const std::string& url, const std::string& queue,
               manner how = manner::answers)
    : loop_(url, options_for(queue)) {
    if (how == manner::answers)
      loop_.on_event = [this](amqp::session_event& event) {
        echo(loop_, event);
      };
    thread_ = std::thread{[this] {
      while (!stop_) {
        loop_.round(steady_us() + 20'000);
        if (!ready_)
          ready_ = loop_.session().status().consuming_all;
      }
    }};
  }

  ~echo_service() {
    stop_ = true;
    thread_.join();
  }

  echo_service(const echo_service&) = delete;
  echo_service& operator=(const echo_service&) = delete;

  /// Its queue is there, and consumed.
  [[nodiscard]] bool ready() const noexcept {
    return ready_;
  }

private:
  static amqp::session_options options_for(const std::string& queue) {
    amqp::session_options options;
    options.job_queues = {queue};
    options.queue_type = "classic";
    options.prefetch = 1'000;
    return options;
  }

  session_loop loop_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> ready_{false};
  std::thread thread_;
};

} // namespace troupe::testing
