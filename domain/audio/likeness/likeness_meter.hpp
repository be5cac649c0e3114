#pragma once

#include "domain/audio/likeness/frame_batch.hpp"
#include "domain/audio/likeness/rhythm_profile.hpp"
#include "domain/audio/likeness/sound_profile.hpp"
#include "domain/audio/likeness/timbre_gaussian.hpp"
#include "domain/audio/likeness/tonal_profile.hpp"
#include "domain/audio/mel.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

namespace troupe::audio {

/// Where each part of a likeness begins; `likeness_numbers` is the end.
inline constexpr std::size_t rhythm_begin = timbre_gaussian::numbers;
inline constexpr std::size_t tonal_begin =
  rhythm_begin + rhythm_profile::numbers;
inline constexpr std::size_t sound_begin = tonal_begin + tonal_profile::numbers;
/// Onset strength mean and sd, tempo as cosine and sine of its octave.
inline constexpr std::size_t pulse_begin = sound_begin + sound_profile::numbers;
inline constexpr std::size_t majorness_at = pulse_begin + 4;
inline constexpr std::size_t width_at = majorness_at + 1;
inline constexpr std::size_t likeness_numbers = width_at + 1;
static_assert(likeness_numbers == 256);

/// What a track sounds like, before it is scaled into an embedding.
using raw_likeness = std::array<double, likeness_numbers>;

/// Gathers what tracks are compared by, from the STFT frames of the timbre
/// meter. Memory does not grow with the length.
/// Thread affinity: one thread at a time.
class likeness_meter {
public:
  static constexpr std::size_t bands = 32;

  /// @param layout of the spectrum
  /// @param mel the 128 filters whose bands batches will hold
  /// @param hop_samples from frame to frame, > 0
  likeness_meter(const spectrum_layout& layout,
                 const std::vector<mel_filter>& mel, std::size_t hop_samples);

  /// Takes the next frames, active or not.
  void push(const frame_batch& batch);

  /// @param stereo_width share of the side signal in the power, in [0, 1]
  /// @returns nothing when under 43 frames (a second) had sound in them
  [[nodiscard]] std::optional<raw_likeness> figures(double stereo_width) const;

  [[nodiscard]] const sound_profile& sound() const noexcept {
    return sound_;
  }

private:
  double bin_hz_;
  /// Turns mel bands, which have area 1, back into power.
  std::vector<float> power_weights_;
  /// First mel band whose centre is over 1,500 Hz.
  std::size_t first_bright_ = 0;
  std::vector<float> cosine_;
  timbre_gaussian timbre_;
  rhythm_profile rhythm_;
  tonal_profile tonal_;
  sound_profile sound_;
};

} // namespace troupe::audio
