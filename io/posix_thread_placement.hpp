#pragma once

#include "domain/ports/thread_placement.hpp"

#include <memory>
#include <string>

namespace troupe::io {

/// Where the kernel tells about control groups; tests name folders of theirs.
struct thread_placement_options {
  std::string cgroup_list = "/proc/self/cgroup";
  std::string cgroup_root = "/sys/fs/cgroup";
};

/// Threads and cores by pthread and sched calls; quotas of control groups of
/// both versions, the tightest from the process's own group up to the root.
[[nodiscard]] std::unique_ptr<thread_placement>
open_posix_thread_placement(thread_placement_options options = {});

} // namespace troupe::io
