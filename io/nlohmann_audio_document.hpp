#pragma once

#include "domain/ports/audio_document.hpp"

#include <memory>

namespace troupe::io {

/// Writes analyses as JSON by nlohmann-json. Stateless and thread-safe; equal
/// records give equal bytes.
[[nodiscard]] std::unique_ptr<audio_document> open_nlohmann_audio_document();

} // namespace troupe::io
