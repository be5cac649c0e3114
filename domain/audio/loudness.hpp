#pragma once

#include "domain/audio/audio_record.hpp"
#include "domain/audio/k_weighting.hpp"
#include "domain/audio/planar.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace troupe::audio {

/// The weight of one channel in the loudness sum (BS.1770-4, table 3), for
/// WAVE order: 1 in front and behind, 1.41 beside (azimuth 60° to 120°, which
/// is where 4.0, 5.0 and 5.1 have their surrounds), 0 for the LFE.
/// @pre `channel < channels`
[[nodiscard]] double channel_weight(std::size_t channel, std::size_t channels);

/// Measures loudness by EBU R128 while the programme streams by.
///
/// Keeps one double per 100 ms (2.9 MB for 10 hours) so that both gates are
/// exact. Figures do not depend on how the programme is cut into blocks.
/// Thread affinity: one thread at a time.
class loudness_meter {
public:
  /// Steps of 100 ms in one momentary window.
  static constexpr std::size_t momentary_steps = 4;

  /// Below `k_weighting_rate_min_hz` the meter measures nothing.
  /// @pre `sample_rate_hz >= 1`, `channels >= 1`
  loudness_meter(int sample_rate_hz, std::size_t channels);

  /// Takes the next frames. Allocates only to grow the list of energies.
  /// @pre `block.channels` is that of the constructor
  void push(const planar_block& block);

  /// The figures so far; true peak is not measured here.
  [[nodiscard]] loudness_figures figures() const;

  /// Weighted mean square of each complete 100 ms, for pooling an album.
  [[nodiscard]] const std::vector<double>& energies() const noexcept {
    return energies_;
  }

private:
  /// Two channels side by side in one SSE register.
  using pair = double __attribute__((vector_size(16)));

  /// The past of one pair of channels: input, shelf output, final output.
  struct pair_state {
    pair x1{}, x2{}, s1{}, s2{}, y1{}, y2{}, energy{}, weight{};
  };

  void filter(const float* left, const float* right, std::size_t frames,
              pair_state& state) const;
  void close_part();
  void close_step();
  /// Weighted energy of the present step so far.
  [[nodiscard]] double step_energy() const;

  k_weighting weighting_;
  std::size_t channels_ = 1;
  /// Frames of one 100 ms step; 0 when the rate is too low to measure.
  std::size_t step_frames_ = 0;
  std::size_t step_filled_ = 0;
  /// The momentary maximum is sought every tenth of a step: a tone of exactly
  /// 400 ms must be seen wherever it begins (Tech 3341, cases 13 and 14).
  static constexpr std::size_t parts = 10;
  std::size_t part_ = 0;
  double before_part_ = 0.0;
  std::array<double, momentary_steps * parts> recent_{};
  double momentary_max_ = 0.0;
  std::vector<pair_state> states_;
  std::vector<double> energies_;
};

/// Integrated loudness of an album: the 400 ms blocks of all its tracks under
/// common gates, none reaching from one track into the next. Nothing when all
/// of it is silent or too short.
/// @param energies of each track, as `loudness_meter::energies`
/// Source: EBU R128 s1; ReplayGain 2.0, "Album gain". O(blocks), allocates.
[[nodiscard]] std::optional<double>
album_loudness_lufs(std::span<const std::vector<double>> energies);

} // namespace troupe::audio
