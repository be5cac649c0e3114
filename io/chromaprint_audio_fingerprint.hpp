#pragma once

#include "domain/ports/audio_fingerprint.hpp"

#include <memory>

namespace troupe::io {

/// Fingerprints by Chromaprint's default algorithm from the first 120 seconds,
/// the words that `fpcalc` prints and AcoustID knows.
[[nodiscard]] std::unique_ptr<audio_fingerprint_source>
open_chromaprint_audio_fingerprint();

} // namespace troupe::io
