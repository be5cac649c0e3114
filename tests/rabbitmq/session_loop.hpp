#pragma once

#include "domain/amqp/session.hpp"
#include "io/amqp/rabbitmq_amqp_transport.hpp"

#include <poll.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::testing {

/// Microseconds of a clock that only rises.
inline std::int64_t steady_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
           std::chrono::steady_clock::now().time_since_epoch())
    .count();
}

/// Microseconds of CPU that this thread has used.
inline std::int64_t thread_cpu_us() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::int64_t{1'000'000} * used.tv_sec + used.tv_nsec / 1'000;
}

/// A session on real connections, driven as the BROKER drives it: it sleeps in
/// poll(2) until bytes move or the session's time comes.
class session_loop {
public:
  session_loop(const std::string& url, amqp::session_options options)
    : session_loop(amqp::parse_server_address(url).value(),
                   std::move(options)) {}

  session_loop(const amqp::server_address& server,
               amqp::session_options options)
    : publishing_(io::open_rabbitmq_amqp_transport(server)),
      consuming_(io::open_rabbitmq_amqp_transport(server)) {
    options.login.user = server.user;
    options.login.password = server.password;
    options.login.vhost = server.vhost;
    session_ =
      std::make_unique<amqp::session>(options, *publishing_, *consuming_);
  }

  [[nodiscard]] amqp::session& session() noexcept {
    return *session_;
  }

  /// Runs until `seen` says so after a round; false: past the deadline.
  bool run_until(const std::function<bool()>& seen,
                 std::chrono::milliseconds longest = std::chrono::seconds{60}) {
    const auto deadline = steady_us() + 1'000 * longest.count();
    while (!seen()) {
      if (steady_us() >= deadline)
        return false;
      round(deadline);
    }
    return true;
  }

  /// One round: what happened is given to `on_event` one by one.
  void round(std::int64_t deadline_us) {
    std::array<pollfd, 2> both{};
    for (auto [slot, transport] :
         {std::pair{both.data(), publishing_.get()},
          std::pair{both.data() + 1, consuming_.get()}})
      *slot = {
        transport->descriptor(),
        static_cast<short>(POLLIN | (transport->wants_write() ? POLLOUT : 0)),
        0};
    const auto due = session_->due_us();
    const auto until = due == 0 ? deadline_us : std::min(due, deadline_us);
    auto wait_ms =
      std::max<std::int64_t>(0, (until - steady_us() + 999) / 1'000);
    if (publishing_->has_more() || consuming_->has_more())
      wait_ms = 0;
    ::poll(both.data(), both.size(), static_cast<int>(wait_ms));
    const auto woken = steady_us();
    const auto woken_cpu = thread_cpu_us();
    ++rounds_;
    std::vector<amqp::session_event> events;
    session_->advance(woken, events);
    longest_us_ = std::max(longest_us_, steady_us() - woken);
    longest_cpu_us_ = std::max(longest_cpu_us_, thread_cpu_us() - woken_cpu);
    for (auto& each : events)
      on_event(each);
  }

  std::function<void(amqp::session_event&)> on_event =
    [](amqp::session_event&) {
    };

  /// The longest time between two polls.
  [[nodiscard]] std::int64_t longest_us() const noexcept {
    return longest_us_;
  }

  /// The most CPU time between two polls.
  [[nodiscard]] std::int64_t longest_cpu_us() const noexcept {
    return longest_cpu_us_;
  }

  [[nodiscard]] std::uint64_t rounds() const noexcept {
    return rounds_;
  }

private:
  std::unique_ptr<amqp_transport> publishing_;
  std::unique_ptr<amqp_transport> consuming_;
  std::unique_ptr<amqp::session> session_;
  std::int64_t longest_us_ = 0;
  std::int64_t longest_cpu_us_ = 0;
  std::uint64_t rounds_ = 0;
};

} // namespace troupe::testing
