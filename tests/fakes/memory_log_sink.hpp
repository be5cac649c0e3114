#pragma once

#include "domain/ports/log_sink.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace troupe::testing {

/// Keeps every line.
class memory_log_sink final : public log_sink {
public:
  void write(log_level, std::string_view component,
             std::string_view text) noexcept override {
    const std::lock_guard guard{mutex_};
    lines_.push_back(std::string{component} + ": " + std::string{text});
  }

  /// True when a line holds `part`.
  [[nodiscard]] bool says(std::string_view part) const {
    const std::lock_guard guard{mutex_};
    for (const auto& line : lines_)
      if (line.find(part) != std::string::npos)
        return true;
    return false;
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

} // namespace troupe::testing
