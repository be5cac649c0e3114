#pragma once

#include "domain/audio/mel.hpp"

#include <vector>

namespace troupe::audio {

/// Pitch classes, C first.
inline constexpr std::size_t chroma_classes = 12;

/// How strongly each bin of a power spectrum belongs to each pitch class,
/// `[bin][class]`, tuned to A = 440 Hz.
///
/// librosa's `filters.chroma`: a Gaussian of one semitone's width around each
/// class, columns of Euclidean length 1, then weighted by a Gaussian over
/// octaves (centre 880 Hz, width two octaves).
[[nodiscard]] std::vector<float>
chroma_filterbank(const spectrum_layout& layout);

} // namespace troupe::audio
