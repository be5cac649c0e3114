#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::sample {

/// How a tone is made.
enum class waveform : std::uint8_t {
  sine,
  triangle,
  square,
  saw,
  fm,
  pluck,
  organ
};

/// Ranges that the tracks of a style are drawn from. Patterns are bars of
/// sixteen steps (twelve in a triple metre): 'x' loud, 'o' soft, '.' none.
struct track_style {
  std::string_view name;
  double tempo_low_bpm;
  double tempo_high_bpm;
  std::string_view kick;
  std::string_view snare;
  std::string_view hat;
  std::string_view bass;
  std::string_view chords;
  /// How much later every second step comes, as a share of a step.
  double swing;
  /// Chance of a melody note per step.
  double melody;
  /// Chance that a track is in minor.
  double minor;
  /// Voices of a chord: 3, or 4 with sevenths.
  int voices;
  std::array<waveform, 2> chord_waves;
  std::array<waveform, 2> bass_waves;
  std::array<waveform, 2> lead_waves;
  /// Lowpass of chords and melody.
  double cutoff_hz;
  /// Attack of chords.
  double attack_s;
  /// Gains of drums, bass, chords and melody.
  double drums;
  double low;
  double middle;
  double high;
  /// Gain of the reverberation.
  double room;
};

inline constexpr std::size_t styles_count = 20;

/// The styles that tracks are rendered in. @pre `index < styles_count`
[[nodiscard]] const track_style& style_at(std::size_t index);

} // namespace troupe::sample
