#pragma once

#include "domain/library/found_file.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// A place that could not be walked or read, with the reason for a person.
struct find_problem {
  std::string path;
  error why;
};

/// The next part of a walk.
struct walk_batch {
  std::vector<walked_file> files;
  std::vector<find_problem> problems;
  /// True with the last batch (which may hold files too).
  bool finished = false;
};

/// One walk under one or several roots, in sorted path order per folder.
///
/// Thread affinity: one thread at a time. Memory is bounded by the depth and
/// by the largest single folder, not by the number of files.
class media_walk {
public:
  virtual ~media_walk() = default;

  /// The next at most `files_max` files. Hidden files, `.git` and what the
  /// configuration excludes are skipped; a symbolic link to a file is followed
  /// once (the target's real path is reported, once), one to a folder never.
  /// A folder that cannot be read is a problem, never the end.
  [[nodiscard]] virtual walk_batch next(std::size_t files_max) = 0;
};

/// Finds and reads media files. Thread-safe.
class media_finder {
public:
  virtual ~media_finder() = default;

  /// Starts a walk. A root may be a file.
  /// @returns `errc::not_found` naming the root that does not exist,
  /// `errc::permission_denied`.
  [[nodiscard]] virtual result<std::unique_ptr<media_walk>>
  walk(const std::vector<std::string>& roots) const = 0;

  /// Classifies a file by its first bytes (and, for what has no signature,
  /// by its name) and hashes all of it. Nothing when it is not media.
  /// @returns `errc::not_found` when it vanished, `errc::refused` when it
  /// changed while being read, `errc::too_large`, `errc::io_failure`,
  /// `errc::permission_denied`.
  [[nodiscard]] virtual result<std::optional<found_file>>
  examine(const walked_file& file) const = 0;

  /// All bytes of a media file.
  /// @returns the errors of `examine`
  [[nodiscard]] virtual result<std::vector<std::uint8_t>>
  read(const std::string& path) const = 0;

  /// Size and modification time now; `errc::not_found` when it is gone.
  [[nodiscard]] virtual result<file_stamp>
  stamp(const std::string& path) const = 0;

  /// The real, absolute path of `path`; `errc::not_found`.
  [[nodiscard]] virtual result<std::string>
  resolve(const std::string& path) const = 0;
};

} // namespace troupe
