#pragma once

#include <array>
#include <string_view>

namespace troupe {

/// How a kind of music moves. Patterns have one letter for each quarter of a
/// beat of one bar: 'x' loud, 'o' soft, '.' nothing; empty: not played.
struct style {
  std::string_view name;
  double slowest_bpm = 120.0;
  double fastest_bpm = 120.0;
  int beats_a_bar = 4;
  std::string_view kick;
  std::string_view snare;
  std::string_view hat;
  std::string_view bass;
  /// Plucked chords.
  std::string_view chord;
  /// A broken chord, one note a letter.
  std::string_view arpeggio;
  bool has_pad = false;
  bool has_melody = false;
  /// How late the second and fourth quarter of each half-beat pair come, as a
  /// share of the quarter; 0.33 on the off-beats is a triplet feel.
  double swing = 0.0;
  /// Standard deviation of each note's time, in seconds.
  double looseness_s = 0.0;
  /// How far the tempo wanders, as a share: 0 = a machine.
  double drift = 0.0;
};

/// Twenty-four styles with the tempi and patterns that each is known by.
[[nodiscard]] const std::array<style, 24>& styles();

} // namespace troupe
