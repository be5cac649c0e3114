#pragma once

#include <cstdint>
#include <string>

namespace troupe::audio {

/// The two modes that keys are named in.
enum class key_mode : std::uint8_t { major, minor };

/// A key of tonal music: tonic and mode.
struct musical_key {
  /// Pitch class of the tonic: 0 = C, 1 = C#, … 11 = B.
  int tonic = 0;
  key_mode mode = key_mode::major;

  friend bool operator==(const musical_key&, const musical_key&) = default;
};

/// The name of a pitch class, with sharps only: "C", "C#", … "B".
/// @pre `pitch_class` in [0, 11]
[[nodiscard]] std::string pitch_class_name(int pitch_class);

/// "major" or "minor".
[[nodiscard]] std::string mode_name(key_mode mode);

/// Tonic and mode as people say them: "F# minor".
/// @pre `key.tonic` in [0, 11]
[[nodiscard]] std::string key_name(const musical_key& key);

/// Hour on the circle of fifths, in [1, 12], as DJ software counts it: C major
/// and A minor have 8, a fifth up is one more. Relative keys share theirs.
/// @pre `key.tonic` in [0, 11]
[[nodiscard]] int camelot_hour(const musical_key& key);

/// The Camelot name: hour, then "A" for minor or "B" for major: "8A".
/// @pre `key.tonic` in [0, 11]
[[nodiscard]] std::string camelot_name(const musical_key& key);

/// The Open Key name: C major is "1d", A minor "1m", a fifth up one more.
/// @pre `key.tonic` in [0, 11]
[[nodiscard]] std::string open_key_name(const musical_key& key);

} // namespace troupe::audio
