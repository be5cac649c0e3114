#pragma once

#include "domain/result.hpp"
#include "tools/sample/picture.hpp"

#include <string>

namespace troupe::sample {

/// Encodes a picture as PNG (RGB, 8 bits) with libspng. Same input, same bytes.
/// Errors: `internal` with libspng's reason.
[[nodiscard]] result<std::string> encode_png(const picture& what);

} // namespace troupe::sample
