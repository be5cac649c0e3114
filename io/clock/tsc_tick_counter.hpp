#pragma once

#include "domain/ports/tick_counter.hpp"

#include <memory>

namespace troupe::io {

/// The processor's time stamp counter (x86: RDTSC, constant on every core
/// since 2008), or the steady clock where there is none.
[[nodiscard]] std::unique_ptr<tick_counter> open_tsc_tick_counter();

} // namespace troupe::io
