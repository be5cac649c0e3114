#pragma once

#include "domain/ports/colour_profiles.hpp"

#include <memory>

namespace troupe::io {

/// Converts by Little CMS: perceptual intent, 8 bits, no black point
/// compensation. Keeps the transforms of the last profiles, for pictures of
/// one camera carry one profile. Thread-safe.
[[nodiscard]] std::unique_ptr<colour_profiles> open_lcms2_colour_profiles();

} // namespace troupe::io
