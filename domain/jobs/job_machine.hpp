#pragma once

#include "domain/jobs/job.hpp"

#include <cstdint>
#include <optional>

namespace troupe {

/// What can happen to a job.
enum class job_event : std::uint8_t {
  /// Its due time came.
  due,
  /// A worker took it.
  claim,
  /// The attempt produced a result.
  succeed,
  /// The attempt failed; another one is due later.
  fail_for_now,
  /// The attempt failed and no other follows by itself.
  fail,
  /// The attempt ended unfinished and costs nothing.
  hand_back,
  /// Somebody cancelled it.
  cancel,
  /// Its content is not to be touched again under this decoder.
  quarantine,
  /// Somebody asked for another try.
  retry,
  /// Somebody released it from quarantine, or the decoder changed.
  release,
};

/// Where `event` leads from `from`; nothing when it cannot happen there.
///
///     scheduled --due--> ready --claim--> running --succeed--> done
///                          ^  \              |--fail_for_now--> retry
///              hand_back --+   cancel        |--fail----------> failed
///              due (retry) ----+   \         |--quarantine----> quarantined
///              retry, release      cancelled<+--cancel
[[nodiscard]] std::optional<job_state> next_state(job_state from,
                                                  job_event event) noexcept;

} // namespace troupe
