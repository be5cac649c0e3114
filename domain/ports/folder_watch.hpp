#pragma once

#include "domain/result.hpp"

namespace troupe {

/// Tells that something under watched folders changed. Thread affinity: one
/// thread at a time.
class folder_watch {
public:
  virtual ~folder_watch() = default;

  /// A descriptor that is readable when there is something to drain.
  [[nodiscard]] virtual int descriptor() const noexcept = 0;

  /// Reads what gathered; true when something that matters changed. Never
  /// blocks. Watches new subfolders too.
  virtual result<bool> drain() = 0;
};

} // namespace troupe
