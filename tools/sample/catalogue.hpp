#pragma once

#include "tools/sample/score.hpp"
#include "tools/sample/sound_file.hpp"

#include <string>
#include <vector>

namespace troupe::sample {

/// One piece of music and the file it becomes.
struct catalogue_entry {
  piece plan;

  /// Relative to the folder made: "music/night-tram.flac".
  std::string file;

  sound_format format = sound_format::wav;
  int sample_rate_hz = 44'100;
  int channels = 2;
};

/// A text file of the sample folder.
struct sample_text {
  /// Relative to the folder made: "notes/mixing.md".
  std::string file;

  std::string text;
};

/// The twelve pieces of the sample folder: every tempo and key is known, every
/// format occurs.
[[nodiscard]] const std::vector<catalogue_entry>& catalogue();

/// The texts of the sample folder, but for about.txt.
[[nodiscard]] const std::vector<sample_text>& sample_texts();

/// What about.txt says: one line a piece with its file, tempo and key.
[[nodiscard]] std::string about_text();

/// The `number`-th of endless short pieces, each with its own tempo, key,
/// chords and melody. Even numbers are WAV, odd ones FLAC, all mono, 22050 Hz.
/// @param length_s > 0
[[nodiscard]] catalogue_entry short_piece(int number, double length_s,
                                          std::uint64_t seed);

/// Composes and plays an entry, cut to `seconds_max`.
[[nodiscard]] sound perform(const catalogue_entry& entry, double seconds_max);

} // namespace troupe::sample
