#pragma once

#include "domain/network/instruction_set.hpp"

namespace troupe::bench {

/// Floating-point operations (a fused multiply-add counts two) per second that
/// this core does with nothing but FMA on registers, over one or two
/// milliseconds of CPU time. @pre the processor has `set`
[[nodiscard]] double fma_peak_flops(network::instruction_set set);

/// CPU time of the calling thread in seconds.
[[nodiscard]] double thread_cpu_s();

} // namespace troupe::bench
