#pragma once

#include "domain/audio/audio_record.hpp"

#include <array>
#include <span>

namespace troupe::audio {

/// Strength of each pitch class, C first.
using pitch_profile = std::array<double, 12>;

/// Mean Pearson correlation of a profile with two published profiles of a key,
/// one of dance music, one of classical music, in [-1, 1]. 0 for a flat one.
[[nodiscard]] double key_strength(const pitch_profile& profile,
                                  const musical_key& key);

/// The best two of the 24 keys, the better first.
[[nodiscard]] std::array<key_estimate, 2>
best_keys(const pitch_profile& profile);

/// Whether parts of a piece are in clearly different keys: some part fits a
/// key of its own, with another set of notes, better than the whole's by 0.15.
[[nodiscard]] bool is_modulating(std::span<const pitch_profile> parts,
                                 const musical_key& whole);

} // namespace troupe::audio
