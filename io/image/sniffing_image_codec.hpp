#pragma once

#include "domain/ports/image_encoder.hpp"

#include <memory>
#include <vector>

namespace troupe::io {

/// Chooses among `codecs` by what the bytes begin with, never by a name; says
/// what a file is, and what to convert it by, when none reads it. Thread-safe.
[[nodiscard]] std::unique_ptr<image_codec>
open_sniffing_image_codec(std::vector<std::unique_ptr<image_codec>> codecs);

/// Chooses among `encoders` by the format wanted. Thread-safe.
[[nodiscard]] std::unique_ptr<image_encoder> open_choosing_image_encoder(
  std::vector<std::unique_ptr<image_encoder>> encoders);

} // namespace troupe::io
