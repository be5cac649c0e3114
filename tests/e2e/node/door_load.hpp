#pragma once

#include "domain/result.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::testing {

/// What many clients of one node ask for, all at once.
struct door_load_options {
  std::string socket;
  int clients = 64;
  /// Calls of each client; no client calls past `until`.
  std::int64_t calls_each = 0;
  std::chrono::steady_clock::time_point until;
};

/// What they got.
struct door_load_report {
  /// Round trips of each kind, ascending.
  std::vector<double> add_ms;
  std::vector<double> status_ms;
  /// Ids that the node acknowledged.
  std::vector<std::string> acknowledged;
  /// Clients that ended early, and why.
  std::vector<error> failures;
};

/// The value below which this share of the ascending values lies.
[[nodiscard]] double quantile(const std::vector<double>& ascending,
                              double share);

/// Runs the clients, each on its own thread and connection: three times
/// `admin status` to each text that is added. Returns when all
/// have ended.
/// @param acknowledged counts while they run, for whoever wants to disturb
[[nodiscard]] door_load_report
run_door_load(const door_load_options& options,
              std::atomic<std::int64_t>& acknowledged);

} // namespace troupe::testing
