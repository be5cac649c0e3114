#pragma once

#include "domain/audio/audio_record.hpp"
#include "domain/audio/rhythm/band_onset.hpp"
#include "domain/audio/rhythm/beat_grid.hpp"
#include "domain/audio/rhythm/beat_tracker.hpp"
#include "domain/audio/rhythm/fine_onset.hpp"
#include "domain/audio/rhythm/tempo_level.hpp"
#include "domain/audio/rhythm/tempo_votes.hpp"
#include "domain/ports/fourier.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace troupe::audio {

/// Finds tempo and beats of one channel at 22,050 Hz.
///
/// Windows of the fine onset strength vote for a period; the level that people
/// would tap is chosen among its simple ratios; beats are tracked at that
/// tempo; a grid of constant tempo is fitted to them, refines the tempo, and
/// replaces the beats where it fits within 15 ms. A programme under 12 s is
/// taken for a loop and repeated; under 1.5 s it has no rhythm.
///
/// Memory: 6 MB, and 5 MB for every hour after the first three minutes.
/// Thread affinity: one thread at a time.
class rhythm_meter {
public:
  static constexpr int sample_rate_hz = 22050;

  /// @param transforms used here only
  explicit rhythm_meter(const fourier_source& transforms);

  /// Takes the next samples.
  void push(std::span<const float> samples);

  /// Ends the stream. Call once, before the figures are read.
  void finish();

  /// Nothing for silence, under 1.5 s, and where nothing repeats.
  /// @pre `finish` was called
  [[nodiscard]] std::optional<rhythm_figures> figures() const;

  /// @pre `finish` was called
  [[nodiscard]] const onset_envelopes& envelopes() const noexcept {
    return bands_.envelopes();
  }

  /// The levels in question, the best first. @pre `finish` was called
  [[nodiscard]] std::vector<tempo_level> levels() const;

private:
  void feed(std::span<const float> samples);
  void measure_power(std::span<const float> samples);
  void repeat_loop();
  [[nodiscard]] frame_range audible() const;
  [[nodiscard]] std::vector<tempo_span> tempo_curve(double bpm) const;
  [[nodiscard]] double agreement(double bpm) const;
  /// Beats at a steady tempo, or along the tempo curve where none is steady.
  [[nodiscard]] std::optional<beat_grid>
  follow(double bpm, std::vector<double>& beats_s) const;
  /// One grid for the whole track, where its onsets keep their phase.
  [[nodiscard]] std::optional<beat_grid> whole_grid(double bpm) const;

  fine_onset_meter fine_;
  tempo_votes votes_;
  band_onset_meter bands_;
  /// The first 12 s, until it is known whether more follows.
  std::vector<float> start_;
  bool is_long_ = false;
  /// Samples of the programme itself, without repetitions.
  std::int64_t samples_ = 0;
  /// Onsets and powers not yet paired.
  std::vector<float> onsets_;
  std::vector<float> powers_;
  double power_sum_ = 0.0;
  std::size_t power_filled_ = 0;
  std::int64_t powers_seen_ = 0;
  /// First and last run of 64 samples above -60 dBFS; -1 when there is none.
  std::int64_t first_loud_ = -1;
  std::int64_t last_loud_ = -1;
};

} // namespace troupe::audio
