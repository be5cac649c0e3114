#pragma once

#include "domain/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// Names, pins and prepares the calling thread. Thread-safe.
class thread_placement {
public:
  virtual ~thread_placement() = default;

  /// Names the calling thread (cut to 15 bytes) for `top -H`.
  virtual void name_thread(std::string_view name) const noexcept = 0;

  /// Name and id of the calling thread, for people: "preprocessor-0 (4711)".
  [[nodiscard]] virtual std::string thread_name() const = 0;

  /// The numbers of the cores that the calling thread may run on; empty if
  /// unknown.
  [[nodiscard]] virtual std::vector<int> cores() const = 0;

  /// Pins the calling thread to one core of those the process may use.
  virtual result<void> pin_thread(int core) const = 0;

  /// Denormals count as zero in the calling thread from now on.
  virtual void flush_denormals() const noexcept = 0;

  /// Cores this process may use, by affinity and cgroup quota; 4 if unknown.
  [[nodiscard]] virtual int usable_cores() const = 0;
};

} // namespace troupe
