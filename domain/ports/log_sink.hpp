#pragma once

#include <cstdint>
#include <string_view>

namespace troupe {

/// How much a log line matters.
enum class log_level : std::uint8_t { debug, info, warning, error };

/// Takes one line per event: `component: verb object key=value`. Thread-safe.
class log_sink {
public:
  virtual ~log_sink() = default;

  /// Writes one event. `component` is the dotted actor name without "troupe.".
  virtual void write(log_level level, std::string_view component,
                     std::string_view text) noexcept = 0;
};

} // namespace troupe
