#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// Where a process stands in the control groups, out of /proc/self/cgroup.
struct cgroup_places {
  /// Path in the unified hierarchy (version 2); empty when it has none.
  std::string unified;
  /// Path in version 1's hierarchy of the cpu controller; empty without one.
  std::string cpu;
};

/// Reads the lines `hierarchy:controllers:path` of cgroups(7); others are
/// passed over.
[[nodiscard]] cgroup_places parse_cgroup_places(std::string_view text);

/// Cores that version 2's `cpu.max` ("max 100000" or "150000 100000") grants;
/// nothing when it sets no limit or cannot be read.
[[nodiscard]] std::optional<double> parse_cpu_max(std::string_view text);

/// The same out of version 1's `cpu.cfs_quota_us` (-1: no limit) and
/// `cpu.cfs_period_us`.
[[nodiscard]] std::optional<double> parse_cfs_quota(std::string_view quota_us,
                                                    std::string_view period_us);

/// Cores to use: those of the affinity mask, but no more than the quota rounded
/// up, at least 1; 4 when neither is known.
[[nodiscard]] int usable_core_count(std::optional<int> affinity,
                                    std::optional<double> quota) noexcept;

} // namespace troupe
