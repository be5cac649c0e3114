#pragma once

#include "domain/library/music_tags.hpp"
#include "domain/ports/library_reader.hpp"

#include <optional>
#include <string>

namespace troupe {

/// What commands use of an audio entry's result; absent or empty = not there.
struct entry_figures {
  std::string title;
  std::string artist;
  std::string album;
  std::optional<double> duration_s;
  std::optional<double> tempo_bpm;
  std::optional<double> onset_rate_hz;
  /// "F#" and "minor".
  std::string key;
  std::string mode;
  /// "11A".
  std::string camelot;
  std::optional<double> integrated_lufs;
  std::optional<double> true_peak_dbtp;
  std::optional<double> replaygain_track_db;
};

/// Reads the entry's document; a damaged one gives nothing.
[[nodiscard]] entry_figures figures_of(const entry_row& entry);

/// Tempo, key and gain as `troupe tag` writes them into files.
[[nodiscard]] music_tags music_tags_of(const entry_figures& figures);

/// "Artist - Title", the title alone, or the file's name without extension.
[[nodiscard]] std::string track_name(const entry_row& entry,
                                     const entry_figures& figures);

} // namespace troupe
