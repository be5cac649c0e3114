#pragma once

#include "domain/library/lock_note.hpp"
#include "domain/result.hpp"

#include <memory>
#include <optional>
#include <string>

namespace troupe {

/// The right to write one library; ends when this object, or its process,
/// ends, however it ends. Used by one thread at a time.
class library_lock {
public:
  virtual ~library_lock() = default;

  /// The library's real path, without symbolic links: open this one.
  [[nodiscard]] virtual const std::string& library() const noexcept = 0;

  /// Tells others something new, such as the socket once it is open.
  virtual result<void> announce(const holder_note& note) = 0;
};

/// Hands out the right to write. Thread-safe.
class library_locker {
public:
  virtual ~library_locker() = default;

  /// Takes the right to write `library`, which need not exist yet, but its
  /// folder must. Never waits.
  /// @returns `errc::locked` naming the holder, `errc::not_found` for the
  /// folder, `errc::permission_denied`, `errc::no_space`, `errc::unsupported`
  /// on a network file system or one without locks, `errc::io_failure`.
  [[nodiscard]] virtual result<std::unique_ptr<library_lock>>
  acquire(const std::string& library, const holder_note& note) const = 0;

  /// Who holds `library` now; nothing when nobody does. Disturbs nobody.
  /// @returns the errors of `acquire` but `errc::locked`; a library or folder
  /// that does not exist is held by nobody.
  [[nodiscard]] virtual result<std::optional<holder_note>>
  holder(const std::string& library) const = 0;
};

} // namespace troupe
