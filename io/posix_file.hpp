#pragma once

#include "domain/library/found_file.hpp"
#include "domain/result.hpp"

#include <climits>
#include <cstddef>
#include <string>
#include <string_view>

struct stat;

namespace troupe::io {

/// Longest path that a system call takes; the kernel's limit counts the
/// terminating zero.
inline constexpr std::size_t path_bytes_max = PATH_MAX - 1;

/// Owns a file descriptor; a negative number owns nothing. Not copyable.
class file_descriptor {
public:
  explicit file_descriptor(int number) : number_(number) {}

  file_descriptor(const file_descriptor&) = delete;
  file_descriptor& operator=(const file_descriptor&) = delete;

  /// Closes the descriptor, which releases an OFD lock on it.
  ~file_descriptor();

  /// The number, negative when nothing is owned.
  [[nodiscard]] int number() const noexcept {
    return number_;
  }

private:
  int number_;
};

/// The single place where the finder's errno becomes an error: what `verb` met
/// at `path`, why, and what to do.
[[nodiscard]] error file_error(int code, std::string_view verb,
                               std::string_view path);

/// Size and modification time out of what stat(2) filled in.
[[nodiscard]] file_stamp stamp_of(const struct stat& info) noexcept;

/// The absolute path of `path` without symbolic links; `errc::not_found`,
/// `errc::permission_denied`, `errc::refused` for links in a circle.
[[nodiscard]] result<std::string> real_path(const std::string& path);

} // namespace troupe::io
