#pragma once

#include "domain/audio/rhythm/fine_onset.hpp"
#include "domain/ports/fourier.hpp"

#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace troupe::audio {

/// What one window of 5.94 s says about the tempo.
struct tempo_vote {
  /// Beats per minute of the window's best period; 0 when it does not vote.
  float bpm = 0.0F;
};

/// Lets overlapping windows of fine onset strength vote for a period
/// (Percival & Tzanetakis 2014, sections II-C and II-D): generalised
/// autocorrelation, ten highest peaks, each scored with pulse trains.
///
/// A period is right or off by a simple ratio: octaves are decided elsewhere.
/// Keeps four bytes per 0.37 s. Thread affinity: one thread at a time.
class tempo_votes {
public:
  static constexpr std::size_t window_values = 2048;
  static constexpr std::size_t hop_values = 128;
  static constexpr double window_hop_s = hop_values / fine_onset_meter::rate_hz;
  static constexpr double window_s = window_values / fine_onset_meter::rate_hz;

  /// @param transforms used here only
  explicit tempo_votes(const fourier_source& transforms);

  /// Takes onset strengths, each with the mean square of its 64 samples.
  /// @pre equal sizes
  void push(std::span<const float> onset, std::span<const float> power);

  /// The tempi most voted for, the best first: at most `count`, none within
  /// 10 % of a better one, each with its share of the best one's votes.
  struct candidate {
    double bpm = 0.0;
    double share = 0.0;
  };

  /// @returns nothing when no window voted
  [[nodiscard]] std::vector<candidate> best(std::size_t count) const;

  /// One vote a window, in order.
  [[nodiscard]] const std::vector<tempo_vote>& votes() const noexcept {
    return votes_;
  }

private:
  void vote();
  void autocorrelate();
  void score(std::span<const std::size_t> lags, std::span<double> scores) const;

  std::shared_ptr<const real_fourier> plan_;
  std::vector<float> onset_;
  std::vector<float> power_;
  std::vector<float> padded_;
  std::vector<std::complex<float>> spectrum_;
  std::vector<float> correlation_;
  std::vector<tempo_vote> votes_;
  /// Votes by lag in values, smeared with a Gaussian.
  std::vector<double> tally_;
};

} // namespace troupe::audio
