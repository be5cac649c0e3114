#pragma once

#include "domain/result.hpp"

namespace troupe {

/// Tells that something changed under watched folders, not what: the answer
/// is to walk them again.
///
/// Thread affinity: one thread at a time.
class folder_watch {
public:
  virtual ~folder_watch() = default;

  /// Becomes readable when `drain` has something to do. Borrowed; valid as
  /// long as the object.
  [[nodiscard]] virtual int descriptor() const noexcept = 0;

  /// Takes in what happened since the last call, never waiting, and watches
  /// new folders. True when a file may have appeared, changed or gone; true
  /// as well when events were lost.
  /// @returns `errc::overloaded` at the system's limit of watches,
  /// `errc::io_failure`. Watching goes on for what is watched already.
  [[nodiscard]] virtual result<bool> drain() = 0;
};

} // namespace troupe
