#pragma once

#include "domain/ports/library_reader.hpp"
#include "domain/result.hpp"
#include "tools/assemble.hpp"

#include <string>

namespace troupe {

/// Draws an audio entry as SVG. What its record does not keep, curves over
/// time, is computed anew from the file by the same algorithms.
/// @returns `errc::unsupported` for other kinds, the errors of decoding
[[nodiscard]] result<std::string> plot_of(const assembly& open,
                                          const entry_row& entry);

} // namespace troupe
