#pragma once

#include "domain/result.hpp"

#include <cstdint>
#include <filesystem>

namespace troupe::sample {

/// What was written.
struct folder_summary {
  int sounds = 0;
  int pictures = 0;
  int texts = 0;

  /// All files together.
  std::uint64_t bytes = 0;
};

/// How large the sample folder becomes.
struct sample_size {
  /// Longer pieces are cut to this length; seconds, > 0.
  double seconds_max = 60.0;

  /// Of the pictures, in pixels, >= 16.
  int picture_width = 640;
};

/// Writes the sample folder: twelve pieces of music, eight pictures, four
/// texts. about.txt comes last, so that its presence means a whole folder.
/// Files that exist are replaced; the bytes are the same every time.
/// Errors: `io_failure` naming the file that could not be written.
[[nodiscard]] result<folder_summary>
make_sample_folder(const std::filesystem::path& folder,
                   const sample_size& size);

/// Which short pieces to write.
struct many_pieces {
  /// How many files, >= 0.
  int count = 0;

  /// Length of each, seconds, > 0.
  double length_s = 1.5;

  /// Another seed gives other pieces.
  std::uint64_t seed = 1;
};

/// Writes that many short pieces, no two alike, straight into `folder`.
/// Errors: `io_failure` naming the file that could not be written.
[[nodiscard]] result<folder_summary>
make_many_pieces(const std::filesystem::path& folder, const many_pieces& what);

} // namespace troupe::sample
