#pragma once

#include <string>

namespace troupe {

/// Section `[log]`.
struct log_config {
  /// "debug", "info", "warning" or "error".
  std::string level = "info";
  /// "auto" (text on a terminal, JSON otherwise), "text" or "json".
  std::string format = "auto";
};

} // namespace troupe
