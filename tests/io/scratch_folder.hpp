#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace troupe::testing {

/// A folder of a test's own, removed with all it holds.
class scratch_folder {
public:
  scratch_folder() {
    auto pattern =
      (std::filesystem::temp_directory_path() / "troupe-XXXXXX").string();
    path_ = std::filesystem::canonical(::mkdtemp(pattern.data()));
  }

  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  /// Absolute path of `name` in here.
  [[nodiscard]] std::string at(const std::string& name) const {
    return (path_ / name).string();
  }

  [[nodiscard]] std::string path() const {
    return path_.string();
  }

  /// Writes a file, with the folders above it, and gives its path.
  std::string write(const std::string& name, std::string_view text) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << text;
    return file.string();
  }

private:
  std::filesystem::path path_;
};

/// Runs `body` in a forked child and gives waitpid's status word; the child
/// leaves by `_exit` with what `body` returns.
template <class Body>
int in_child(Body body) {
  const auto child = ::fork();
  if (child == 0)
    ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

/// The same as an unprivileged user, for whom permissions hold even when the
/// tests run as root. True when `body` returned 0.
template <class Body>
bool holds_unprivileged(Body body) {
  const auto status = in_child([&] {
    constexpr uid_t nobody = 65534;
    if (::geteuid() == 0 && (::setgid(nobody) != 0 || ::setuid(nobody) != 0))
      return 99;
    return body();
  });
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace troupe::testing
