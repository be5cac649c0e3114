#pragma once

#include "domain/ports/audio_decoder.hpp"
#include "domain/result.hpp"

#include <string>

namespace troupe {

/// Decodes two files and compares rate, channels and every sample by its bits.
/// @returns the errors of decoding either
[[nodiscard]] result<bool> same_sound(const audio_decoder_source& decoders,
                                      const std::string& a,
                                      const std::string& b);

} // namespace troupe
