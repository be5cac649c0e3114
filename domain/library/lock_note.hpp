#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// Who holds a library, as the lock file tells others.
struct holder_note {
  /// Process id; 0 when unknown.
  std::int64_t pid = 0;
  /// What the process does: "index", "node", …; the command's name.
  std::string role;
  /// Path of the Unix socket on which the holder takes requests, raw bytes;
  /// empty when it takes none.
  std::string socket;

  friend bool operator==(const holder_note&, const holder_note&) = default;
};

/// The lock file's text: the lines `pid=`, `role=`, `socket=`, each ended by a
/// newline. A newline or backslash inside a value is written `\n` or `\\`.
[[nodiscard]] std::string format_lock_note(const holder_note& note);

/// The inverse. Lines that are unknown, torn or missing leave the default, so
/// any text gives a note.
[[nodiscard]] holder_note parse_lock_note(std::string_view text);

/// "pid 123 (troupe index)", as far as known; "another process" otherwise.
[[nodiscard]] std::string describe_holder(const holder_note& note);

} // namespace troupe
