#pragma once

#include <optional>
#include <string>

namespace troupe {

/// Loudness as players want it, by ReplayGain 2.0 and RFC 7845.
struct replay_gain {
  /// Decibels that bring the track to -18 LUFS.
  double track_gain_db = 0.0;
  /// Largest absolute sample between samples (true peak), linear, 1 = full
  /// scale; absent for a format that has no place for it, or silence.
  std::optional<double> track_peak;
  /// The same over all tracks of the album.
  std::optional<double> album_gain_db;
  std::optional<double> album_peak;
};

/// What `troupe tag` writes; absent = the file's own tag stays as it is.
struct music_tags {
  /// Beats per minute.
  std::optional<double> bpm;
  /// As mixing programs spell it, in sharps: "Am", "F#".
  std::optional<std::string> key;
  std::optional<replay_gain> gain;
};

} // namespace troupe
