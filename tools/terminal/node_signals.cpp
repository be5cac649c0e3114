#include "tools/terminal/node_signals.hpp"

#include "tools/terminal/interruption.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>

namespace troupe {

namespace {

/// The process tells itself that there is news.
constexpr int wake_signal = SIGUSR1;

constexpr std::array<int, 4> heard{SIGINT, SIGTERM, SIGHUP, wake_signal};

sigset_t heard_set() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : heard)
    sigaddset(&set, signal);
  return set;
}

} // namespace

void block_node_signals() {
  ignore_write_signals();
  const auto set = heard_set();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void wake_node() noexcept {
  kill(getpid(), wake_signal);
}

node_wish await_node_signal(std::chrono::milliseconds longest) {
  const auto set = heard_set();
  const timespec wait{longest.count() / 1'000,
                      longest.count() % 1'000 * 1'000'000};
  const int signal = sigtimedwait(&set, nullptr, &wait);
  if (signal <= 0 || signal == wake_signal)
    return node_wish::none;
  if (signal == SIGHUP)
    return node_wish::reload;
  watch_second_interruption();

  struct sigaction action {};

  // Nothing is read again by a process that ends.
  action.sa_handler = SIG_IGN;
  sigaction(SIGHUP, &action, nullptr);
  return node_wish::end;
}

} // namespace troupe
