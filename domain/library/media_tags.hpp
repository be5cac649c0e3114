#pragma once

#include <string>

namespace troupe {

/// What a file's tags say. Empty text or 0 means: not tagged. UTF-8.
struct media_tags {
  std::string title;
  std::string artist;
  std::string album;
  std::string genre;
  int year = 0;
  int track = 0;

  friend bool operator==(const media_tags&, const media_tags&) = default;
};

} // namespace troupe
