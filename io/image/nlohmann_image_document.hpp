#pragma once

#include "domain/ports/image_document.hpp"

#include <memory>

namespace troupe::io {

/// Writes descriptions as JSON by nlohmann-json. Stateless and thread-safe;
/// equal records give equal bytes.
[[nodiscard]] std::unique_ptr<image_document> open_nlohmann_image_document();

} // namespace troupe::io
