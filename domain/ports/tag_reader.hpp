#pragma once

#include "domain/library/media_tags.hpp"
#include "domain/result.hpp"

#include <string>

namespace troupe {

/// Reads the tags of a media file. Thread-safe.
class tag_reader {
public:
  virtual ~tag_reader() = default;

  /// Reads the tags of `path` (raw bytes). A file without tags gives empty
  /// tags, not an error. Invalid UTF-8 is replaced by U+FFFD.
  [[nodiscard]] virtual result<media_tags>
  read(const std::string& path) const = 0;
};

} // namespace troupe
