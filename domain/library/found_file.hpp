#pragma once

#include "domain/library/media_kind.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace troupe {

/// SHA-256 of a file's bytes: the identity of its content.
using content_hash = std::array<std::uint8_t, 32>;

/// Lower-case hexadecimal, 64 characters.
[[nodiscard]] std::string to_hex(const content_hash& hash);

/// What tells an unchanged file from a changed one without reading it.
struct file_stamp {
  std::int64_t bytes = 0;
  std::int64_t mtime_ns = 0;

  friend bool operator==(const file_stamp&, const file_stamp&) = default;
};

/// A file that the walk met and that may be media.
struct walked_file {
  /// Absolute path, raw bytes, no symbolic link in it.
  std::string path;
  file_stamp stamp;
};

/// A media file, read once to the end.
struct found_file {
  /// Absolute path, raw bytes.
  std::string path;
  file_stamp stamp;
  media_kind kind = media_kind::audio;
  content_hash hash{};
};

} // namespace troupe
