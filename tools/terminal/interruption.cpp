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

void watch_second_interruption() {
  asked = 1;
  watch_interruptions();
}

void ignore_write_signals() {
  struct sigaction action {};

  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
  sigaction(SIGXFSZ, &action, nullptr);
}

} // namespace troupe
