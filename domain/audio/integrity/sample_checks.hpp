#pragma once

#include "domain/audio/planar.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::audio {

/// Looks for what went wrong in the making of a recording, sample by sample:
/// clipping, a constant offset, two channels that are one.
///
/// A clipped run is three or more neighbours of one channel that lie flat
/// (within 2^-14 of its peak), entered by a step of eight times that: a slow
/// sine is flat at its top as well, but comes there gently. Runs below the
/// peak of what follows do not count.
/// Thread affinity: one thread at a time.
class sample_checks {
public:
  /// @pre `channels >= 1`
  explicit sample_checks(std::size_t channels);

  /// Takes the next frames.
  void push(const planar_block& block);

  /// Runs of all channels.
  [[nodiscard]] std::int64_t clipped_runs() const;

  /// The largest mean of a channel, in absolute value; full scale = 1.
  [[nodiscard]] double dc_offset() const;

  /// Power of the difference of the first two channels as a share of that of
  /// sum and difference, in [0, 1]: 0 = one channel twice, 0.5 = unrelated, 1 =
  /// one is the other upside down. 0 with one channel or silence.
  [[nodiscard]] double stereo_width() const;

  /// Two or more channels of which the first two differ by under -70 dB.
  [[nodiscard]] bool is_mono_as_stereo() const;

private:
  struct channel_state {
    double sum = 0.0;
    float peak = 0.0F;
    float before = 0.0F;
    std::int64_t runs = 0;
    /// Samples of the run that the last one is part of; 0 = none.
    std::int64_t run_length = 0;
  };

  static void find_runs(const float* samples, std::size_t frames,
                        channel_state& state);
  static void end_run(channel_state& state);

  std::vector<channel_state> states_;
  std::int64_t frames_ = 0;
  double side_ = 0.0;
  double both_ = 0.0;
};

} // namespace troupe::audio
