#include "tools/terminal/interruption.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>

namespace troupe {

namespace {

constexpr std::array<int, 3> end_signals{SIGINT, SIGTERM, SIGHUP};
constexpr int exit_interrupted = 130;

/// Written by the handler only.
volatile sig_atomic_t asked = 0;

void on_signal(int) {
  if (asked != 0)
    _exit(exit_interrupted);
  asked = 1;
}

sigset_t end_signal_set() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : end_signals)
    sigaddset(&set, signal);
  return set;
}

/// A closed pipe and a file at its size limit become errors of write(2).
void ignore_write_signals() {
  struct sigaction action {};

  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
  sigaction(SIGXFSZ, &action, nullptr);
}

} // namespace

void watch_interruptions() {
  ignore_write_signals();

  struct sigaction action {};

  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (const int signal : end_signals)
    sigaction(signal, &action, nullptr);
  const auto set = end_signal_set();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

bool interruption_asked() noexcept {
  return asked != 0;
}

void block_end_signals() {
  ignore_write_signals();
  const auto set = end_signal_set();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

int await_end_signal() {
  const auto set = end_signal_set();
  const timespec longest{4, 0};
  const int signal = sigtimedwait(&set, nullptr, &longest);
  if (signal <= 0)
    return 0;
  // The next one ends the process at once.
  asked = 1;
  watch_interruptions();
  return signal;
}

} // namespace troupe
