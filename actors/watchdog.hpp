#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace troupe {

/// Ends the process when it is not dismissed in time: a thread that hangs in a
/// decoder never lets CAF come down, and everything is durable by then.
class watchdog {
public:
  watchdog(int exit_code, std::chrono::milliseconds longest)
    : thread_([this, exit_code, longest] { wait(exit_code, longest); }) {}

  ~watchdog() {
    {
      const std::lock_guard guard{mutex_};
      dismissed_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

private:
  void wait(int exit_code, std::chrono::milliseconds longest) {
    std::unique_lock guard{mutex_};
    if (changed_.wait_for(guard, longest, [this] { return dismissed_; }))
      return;
    std::fflush(nullptr);
    std::_Exit(exit_code);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool dismissed_ = false;
  std::thread thread_;
};

} // namespace troupe
