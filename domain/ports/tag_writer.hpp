#pragma once

#include "domain/library/music_tags.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace troupe {

/// What to do with a file that has several names on its disk.
enum class hard_links : std::uint8_t {
  /// `errc::refused`: the other names would keep the old tags.
  refuse,
  /// This name gets a file of its own; the others keep theirs.
  split,
};

/// A tagged copy beside its file, not yet in its place; it goes away with the
/// object unless it was committed.
///
/// Thread affinity: one thread at a time.
class tagged_copy {
public:
  virtual ~tagged_copy() = default;

  /// Where the copy lies, so that its sound can be compared; raw bytes.
  [[nodiscard]] virtual const std::string& path() const noexcept = 0;

  /// False when the file said all of it already; committing then leaves the
  /// file alone.
  [[nodiscard]] virtual bool differs() const noexcept = 0;

  /// Puts the copy in the place of the file, in one step that survives power
  /// loss. @returns `errc::refused` when the file changed since the copy was
  /// made, `errc::io_failure`, `errc::permission_denied`
  virtual result<void> commit() = 0;
};

/// Writes tags into copies of music files. Thread-safe.
class tag_writer {
public:
  virtual ~tag_writer() = default;

  /// Copies the file and tags the copy; the file itself is only read. All
  /// other tags stay, the sound is not touched.
  /// @param path raw bytes; a symbolic link is followed and stays a link
  /// @returns `errc::not_found`, `errc::permission_denied` (file not writable,
  /// owner or folder not ours), `errc::unsupported` (no format we tag),
  /// `errc::refused` (hard links), `errc::no_space`, `errc::io_failure`,
  /// `errc::corrupt` when the copy does not read back as written
  [[nodiscard]] virtual result<std::unique_ptr<tagged_copy>>
  copy_with_tags(const std::string& path, const music_tags& tags,
                 hard_links links) const = 0;
};

} // namespace troupe
