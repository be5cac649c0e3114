#pragma once

#include "domain/upscale/light_resampler.hpp"

#include <cstddef>
#include <span>

namespace troupe::upscale {

/// Spreads a row over the four samples a pixel that encoders take: grey becomes
/// three equal colours, what has no alpha is opaque, 16 bits become 8 rounded
/// to nearest where `to` has 8. O(row), allocates nothing.
/// @param on_white lays what is not opaque on white, for formats without alpha
/// @pre `to.channels` is 4; `out` has the pixels of `row`; `to` is no deeper
void spread_row(std::span<const std::byte> row, const row_format& from,
                bool on_white, const row_format& to,
                std::span<std::byte> out) noexcept;

} // namespace troupe::upscale
