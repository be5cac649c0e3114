#pragma once

#include "domain/ports/wall_clock.hpp"

#include <memory>

namespace troupe::io {

/// The machine's own clocks.
[[nodiscard]] std::unique_ptr<wall_clock> open_system_wall_clock();

} // namespace troupe::io
