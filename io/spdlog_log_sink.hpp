#pragma once

#include "domain/ports/log_sink.hpp"
#include "domain/ports/wall_clock.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <memory>

namespace troupe::io {

/// How lines look.
enum class log_format : std::uint8_t {
  /// Text when the descriptor is a terminal, JSON lines otherwise.
  automatic,
  text,
  json,
};

/// What is logged, how, and where to.
struct log_sink_options {
  /// Events below it are dropped.
  log_level level = log_level::info;
  log_format format = log_format::automatic;
  /// Borrowed; stderr unless a test says otherwise.
  int descriptor = 2;
};

/// A sink that writes each event at once as one line with one write(2), so
/// that nothing waits in a buffer when the process dies, and lines of other
/// processes on the same pipe do not mix with ours.
/// @param clock shared; tells the time of each event
/// @returns `errc::invalid_argument` when `clock` is null.
[[nodiscard]] result<std::unique_ptr<log_sink>>
open_spdlog_log_sink(const log_sink_options& options,
                     std::shared_ptr<const wall_clock> clock);

} // namespace troupe::io
