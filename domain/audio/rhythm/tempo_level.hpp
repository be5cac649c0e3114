#pragma once

#include "domain/audio/rhythm/band_onset.hpp"
#include "domain/audio/rhythm/tempo_votes.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace troupe::audio {

/// How onsets repeat: autocorrelations of the onset envelopes, averaged over
/// windows of 10 s, as functions of the lag in frames.
struct onset_periodicity {
  /// 2.6 s: one beat at 40 BPM and three at 70.
  static constexpr std::size_t lags = 262;

  /// 1 at lag 0.
  std::array<double, lags> full{};
  std::array<double, lags> low{};
  /// Low against high in both directions: bass drum to snare.
  std::array<double, lags> cross{};
};

/// O(frames x lags). Allocates one window.
[[nodiscard]] onset_periodicity
measure_periodicity(const onset_envelopes& envelopes);

/// One tempo that could be the beat, and what speaks for it.
struct tempo_level {
  double bpm = 0.0;
  /// Log-normal prior of what people tap, ≤ 0.
  double prior = 0.0;
  /// Votes for the tempo it is a ratio of, relative to the best: ≤ 0, natural
  /// logarithm.
  double votes = 0.0;
  /// Autocorrelation of all bands, of the bass, and of bass to snare, each at
  /// one beat and less what it is at half a beat.
  double full = 0.0;
  double low = 0.0;
  double cross = 0.0;
  /// Autocorrelation of all bands at half a beat: whether it subdivides.
  double half = 0.0;
  /// Deviation from the usual number of onsets a beat, ≤ 0.
  double density = 0.0;
  /// The weighted sum of all, by which levels are ranked.
  double score = 0.0;
};

/// Ranks the beats that are simple ratios of the tempi voted for: the best
/// first, none within 4 % of a better one. Empty when `voted` is.
/// @param onset_rate_hz note onsets per second
[[nodiscard]] std::vector<tempo_level>
rank_tempo_levels(std::span<const tempo_votes::candidate> voted,
                  const onset_periodicity& periodicity, double onset_rate_hz);

} // namespace troupe::audio
