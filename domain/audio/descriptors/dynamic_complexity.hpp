#pragma once

#include <optional>
#include <span>

namespace troupe::audio {

/// How much the loudness moves about its mean, in dB:
///
///   mean over n of |L(n) - mean L|,  L(n) = 10 log10 of the K-weighted mean
///   square of 0.2 s, not under -70 dB
///
/// (Streich, Music Complexity, Universitat Pompeu Fabra 2007, section 3.2; with
/// the weighting of BS.1770 in place of his). About 1 (compressed) to 10 dB.
/// @param energies mean squares of 0.1 s each (`loudness_meter::energies`)
/// @returns nothing under a second. Allocates.
[[nodiscard]] std::optional<double>
dynamic_complexity_db(std::span<const double> energies);

} // namespace troupe::audio
