#pragma once

#include "actors/caf_error.hpp"
#include "actors/messages/broker.hpp"
#include "tests/rabbitmq/session_loop.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace troupe::testing {

/// What became of a crowd's calls. Any thread.
class crowd_log {
public:
  void note(std::int64_t took_us, errc code, bool failed) {
    const std::lock_guard guard{mutex_};
    if (failed)
      ++failures_[code];
    else
      answered_us_.push_back(took_us);
    seen_.notify_all();
  }

  /// Waits until that many calls have ended. False: not within two minutes.
  bool wait_for(std::size_t ends) {
    std::unique_lock guard{mutex_};
    return seen_.wait_for(guard, std::chrono::minutes{2}, [&] {
      std::size_t count = answered_us_.size();
      for (const auto& [code, times] : failures_)
        count += times;
      return count >= ends;
    });
  }

  /// How long each answered call took.
  [[nodiscard]] std::vector<std::int64_t> answered_us() const {
    const std::lock_guard guard{mutex_};
    return answered_us_;
  }

  /// Calls that failed, by their error.
  [[nodiscard]] std::map<errc, std::size_t> failures() const {
    const std::lock_guard guard{mutex_};
    return failures_;
  }

private:
  mutable std::mutex mutex_;
  std::condition_variable seen_;
  std::vector<std::int64_t> answered_us_;
  std::map<errc, std::size_t> failures_;
};

/// Calls `service` again and again, one call at a time, `left` times.
inline void call_on(caf::event_based_actor* self, const broker_actor& broker,
                    const std::string& service, int left,
                    const std::shared_ptr<crowd_log>& log) {
  if (left == 0)
    return self->quit();
  rpc_question question;
  question.service = service;
  question.body = "ping";
  question.timeout_ms = 600'000;
  const auto begun_us = steady_us();
  const auto end = [=](errc code, bool failed) {
    log->note(steady_us() - begun_us, code, failed);
    call_on(self, broker, service, left - 1, log);
  };
  self->request(broker, caf::infinite, call_atom_v, std::move(question))
    .then([=](const rpc_answer&) { end(errc{}, false); },
          [=](caf::error& why) { end(from_caf(why).code, true); });
}

/// Callers that share a BROKER, each with one call in flight.
inline std::shared_ptr<crowd_log> send_crowd(caf::actor_system& system,
                                             const broker_actor& broker,
                                             const std::string& service,
                                             int callers, int calls_each) {
  auto log = std::make_shared<crowd_log>();
  for (int i = 0; i < callers; ++i)
    system.spawn([=](caf::event_based_actor* self) {
      call_on(self, broker, service, calls_each, log);
    });
  return log;
}

} // namespace troupe::testing
