#pragma once

#include "domain/ports/audio_decoder.hpp"
#include "domain/ports/audio_fingerprint.hpp"
#include "domain/ports/fourier.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace troupe::fuzz {

/// How far one damaged file came.
enum class subject_end : std::uint8_t {
  /// Not opened: an error said why.
  refused,
  /// Opened, and ended with an error.
  failed,
  /// Decoded to its end.
  decoded,
};

/// Decodes, analyses and fingerprints sound files as an ANALYZER does.
class audio_subject {
public:
  audio_subject();

  /// Works through a file.
  /// @param wrong says what the file did that none may do: more frames than
  /// its header claims, a block that is too large, a sample, figure or vector
  /// that is no number, an error without a detail; empty when all is well
  [[nodiscard]] subject_end run(const std::string& path, std::string& wrong);

private:
  std::unique_ptr<audio_decoder_source> decoders_;
  std::shared_ptr<const fourier_source> fourier_;
  std::unique_ptr<audio_fingerprint_source> fingerprints_;
};

} // namespace troupe::fuzz
