#pragma once

#include "config/config_loader.hpp"

#include <string>
#include <vector>

namespace troupe {

/// What a new look at the configuration found.
struct reload_report {
  /// "log.level = \"debug\"": changed, and taken up at once.
  std::vector<std::string> taken;
  /// Changed, but in effect only after a new start.
  std::vector<std::string> for_restart;
};

/// Compares two looks at the same sources.
[[nodiscard]] reload_report compare_configs(const loaded_config& before,
                                            const loaded_config& now);

/// One or two lines for the log.
[[nodiscard]] std::string describe_reload(const reload_report& report);

} // namespace troupe
