#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troupe::audio {

/// Changes the sample rate of one channel while it streams by.
///
/// A Kaiser-windowed sinc, about 80 dB down outside the lower Nyquist band,
/// with no delay: output m lies at input time m * from / to, and N frames in
/// give ceil(N * to / from) out. At 2:1 a half-band filter, which needs half
/// the work; else polyphase, exact where the reduced ratio has at most 1,024
/// phases, else interpolated between the nearest two of 1,024 phases.
/// Thread affinity: one thread at a time.
class resampler {
public:
  /// @pre both rates >= 1
  resampler(int from_hz, int to_hz);

  /// Takes the next samples and appends what they complete to `out`.
  void push(std::span<const float> samples, std::vector<float>& out);

  /// Appends the rest to `out`. Call once, at the end.
  void finish(std::vector<float>& out);

private:
  void make_half_band();
  void make_phases(int from_hz, int to_hz);
  void run(std::vector<float>& out, std::int64_t end);
  void run_half_band(std::vector<float>& out, std::size_t count);
  /// One output; `position` is in input frames times `phases_`.
  [[nodiscard]] float at(std::int64_t position) const;
  void forget();

  /// Output m lies at input frame m * step_ / phases_ (reduced ratio).
  std::int64_t phases_ = 1;
  std::int64_t step_ = 1;
  /// Phases in the table; fewer than `phases_` when interpolated.
  std::int64_t table_phases_ = 1;
  /// Taps of one phase, a multiple of 8; tap `lead_` is the middle one.
  std::size_t taps_ = 0;
  std::int64_t lead_ = 0;
  /// Frames of input, before and after, that an output may need.
  std::int64_t half_ = 0;
  std::vector<float> table_;
  /// Half-band taps at the odd distances 1, 3, 5, …; empty when not 2:1.
  std::vector<float> half_band_;
  std::vector<float> odd_;
  /// Input from frame `base_` on; frames before 0 are zeros.
  std::vector<float> pending_;
  std::int64_t base_ = 0;
  std::int64_t frames_in_ = 0;
  std::int64_t frames_out_ = 0;
};

} // namespace troupe::audio
