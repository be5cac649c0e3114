#include "tools/terminal/node_signals.hpp"

#include "tools/terminal/interruption.hpp"

#include <signal.h>

#include <array>

namespace troupe {

namespace {

constexpr std::array<int, 3> heard{SIGINT, SIGTERM, SIGHUP};

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

node_wish await_node_signal(std::chrono::milliseconds longest) {
  const auto set = heard_set();
  const timespec wait{longest.count() / 1'000,
                      longest.count() % 1'000 * 1'000'000};
  const int signal = sigtimedwait(&set, nullptr, &wait);
  if (signal <= 0)
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
