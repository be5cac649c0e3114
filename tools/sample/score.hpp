#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::sample {

/// The two modes that pieces are written in.
enum class mode : std::uint8_t { major, minor };

/// What the drums play.
enum class groove : std::uint8_t {
  /// A kick on every beat, an open feel off the beat.
  four_on_the_floor,
  /// Kick on 1 and 3, snare on 2 and 4.
  backbeat,
  /// The snare on 3 only, in steady eighths.
  half_time,
  /// Three beats a bar.
  waltz,
};

/// Everything that decides how a piece sounds: equal plans, equal pieces.
struct piece {
  std::string title;
  std::string artist;
  std::string album;

  /// Beats per minute, (0, 300].
  double tempo_bpm = 120.0;

  /// Pitch class of the key: 0 = C ... 11 = B.
  int tonic = 0;

  sample::mode mode = sample::mode::major;
  sample::groove groove = sample::groove::backbeat;

  /// Length of the whole piece in seconds, > 0.
  double length_s = 20.0;

  /// Chooses chords, rhythm and melody.
  std::uint64_t seed = 1;
};

/// Who plays a note.
enum class voice : std::uint8_t { kick, snare, hat, bass, pad, pluck, lead };

/// One note of a score.
struct note {
  /// Seconds from the start of the piece.
  double start_s = 0.0;

  /// Seconds until it is let go.
  double length_s = 0.0;

  /// MIDI number, 69 = 440 Hz; drums ignore it.
  int pitch = 60;

  /// Loudness, (0, 1].
  float level = 1.0F;

  sample::voice voice = sample::voice::pad;
};

/// Spells the key with sharps: "F# minor".
[[nodiscard]] std::string key_name(const piece& plan);

/// Writes the notes of a piece: drums, bass, chords and, from the third bar, a
/// melody whose phrases come back every four bars. The piece begins and ends on
/// its tonic chord. Notes start before `plan.length_s`.
[[nodiscard]] std::vector<note> compose(const piece& plan);

} // namespace troupe::sample
