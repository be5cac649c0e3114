#include "domain/jobs/suspicion.hpp"

#include <fmt/format.h>

#include <string_view>

namespace troupe {

namespace {

// POSIX numbers of the signals that a fault raises; the same on every Linux.
std::string_view signal_name(int signal) noexcept {
  switch (signal) {
  case 4:
    return "SIGILL";
  case 6:
    return "SIGABRT";
  case 7:
    return "SIGBUS";
  case 8:
    return "SIGFPE";
  case 11:
    return "SIGSEGV";
  default:
    return "a fault";
  }
}

void judge_crash(orphan_verdict& verdict, int signal,
                 const suspicion_policy& policy) {
  ++verdict.crashes;
  verdict.why = error_class::crash;
  verdict.charged = true;
  if (verdict.crashes >= policy.crashes_max) {
    verdict.next = job_state::quarantined;
    verdict.message = fmt::format(
      "decode: {} while this content was read, {} times; quarantined until "
      "the decoder changes or `troupe admin quarantine release`",
      signal_name(signal), verdict.crashes);
    return;
  }
  verdict.message = fmt::format(
    "decode: {} while this content was read; it runs once more, a second "
    "time quarantines it",
    signal_name(signal));
}

void judge_interruption(orphan_verdict& verdict, bool was_alone,
                        const suspicion_policy& policy) {
  ++verdict.interruptions;
  if (was_alone)
    ++verdict.alone_deaths;
  verdict.alone =
    was_alone || verdict.interruptions >= policy.interruptions_max;
  if (verdict.alone_deaths >= policy.alone_deaths_max) {
    verdict.next = job_state::quarantined;
    verdict.why = error_class::crash;
    verdict.message = fmt::format(
      "the process ended {} times while this content ran alone; quarantined "
      "until the decoder changes or `troupe admin quarantine release`",
      verdict.alone_deaths);
    return;
  }
  verdict.message = "the process ended while it ran; nobody is charged";
}

} // namespace

orphan_verdict judge_orphan(const orphan& found, int signal,
                            const suspicion_policy& policy) {
  orphan_verdict verdict;
  verdict.key = found.key;
  verdict.alone = found.alone;
  verdict.interruptions = found.interruptions;
  verdict.alone_deaths = found.alone_deaths;
  verdict.crashes = found.crashes;
  if (signal != 0)
    judge_crash(verdict, signal, policy);
  else
    judge_interruption(verdict, found.alone, policy);
  return verdict;
}

} // namespace troupe
