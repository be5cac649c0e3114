#pragma once

#include "domain/library/found_file.hpp"
#include "domain/result.hpp"

#include <string>
#include <vector>

namespace troupe {

/// Who was at work when the process died of a fault.
struct crash_note {
  /// Content that the faulting thread was decoding.
  content_hash hash{};
  /// SIGSEGV, SIGBUS, SIGABRT, SIGFPE or SIGILL.
  int signal = 0;
  /// The decoder version in use, as `audio_decoder_source::version`.
  std::string decoder;
};

/// Names the guilty content of a crash: workers say what they hold, a signal
/// handler writes it to a file opened beforehand, the next start reads it.
///
/// Thread affinity: `enter` and `leave` are called by the working thread and
/// concern that thread alone; `take` and `forget` by one thread, at start.
class crash_notes {
public:
  virtual ~crash_notes() = default;

  /// From now on a fault in the calling thread is the doing of `hash`.
  virtual void enter(const content_hash& hash,
                     std::string_view decoder) noexcept = 0;

  /// The calling thread holds nothing any more.
  virtual void leave() noexcept = 0;

  /// Notes that earlier processes left, oldest first; a torn one is skipped.
  [[nodiscard]] virtual result<std::vector<crash_note>> take() = 0;

  /// Erases the notes once their effect is durable.
  virtual result<void> forget() = 0;
};

} // namespace troupe
