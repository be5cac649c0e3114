#pragma once

#include "domain/audio/audio_record.hpp"
#include "domain/result.hpp"

#include <string>

namespace troupe {

/// Turns the analysis of an audio file into the JSON object that the library
/// keeps. Thread-safe.
class audio_document {
public:
  virtual ~audio_document() = default;

  /// The blocks `audio`, `tags`, `loudness`, `timbre`, `tonal`, `structure`
  /// of CONTRACT and `integrity` as one UTF-8 JSON object; absent figures are
  /// absent keys.
  [[nodiscard]] virtual std::string
  encode(const audio::audio_record& record) const = 0;
};

} // namespace troupe
