#include "domain/audio/tonal/musical_key.hpp"

#include <array>
#include <cassert>

namespace troupe::audio {

namespace {

/// Steps up the circle of fifths from C major (or A minor), in [0, 11].
int fifths_above_c(const musical_key& key) {
  assert(key.tonic >= 0 && key.tonic < 12);
  const int relative_major =
    key.mode == key_mode::major ? key.tonic : key.tonic + 3;
  // A fifth is 7 semitones and 7 is its own inverse modulo 12.
  return relative_major * 7 % 12;
}

} // namespace

std::string pitch_class_name(int pitch_class) {
  constexpr std::array<const char*, 12> names{
    "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};
  assert(pitch_class >= 0 && pitch_class < 12);
  return names.at(static_cast<std::size_t>(pitch_class));
}

std::string mode_name(key_mode mode) {
  return mode == key_mode::major ? "major" : "minor";
}

std::string key_name(const musical_key& key) {
  return pitch_class_name(key.tonic) + " " + mode_name(key.mode);
}

int camelot_hour(const musical_key& key) {
  return (fifths_above_c(key) + 7) % 12 + 1;
}

std::string camelot_name(const musical_key& key) {
  return std::to_string(camelot_hour(key))
         + (key.mode == key_mode::major ? "B" : "A");
}

std::string open_key_name(const musical_key& key) {
  return std::to_string(fifths_above_c(key) + 1)
         + (key.mode == key_mode::major ? "d" : "m");
}

} // namespace troupe::audio
