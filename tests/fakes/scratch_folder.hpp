#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace troupe::fakes {

/// A name that no other test of this process, and no other process, uses.
inline std::string scratch_name() {
  static std::atomic<int> count{0};
  return "troupe-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
}

/// Where tests that sync thousands of times keep their folders.
inline std::filesystem::path memory_disk() {
  const std::filesystem::path shared_memory = "/dev/shm";
  return std::filesystem::is_directory(shared_memory)
           ? shared_memory
           : std::filesystem::temp_directory_path();
}

/// A folder of a test's own, removed with all it holds.
class scratch_folder {
public:
  explicit scratch_folder(const std::filesystem::path& parent =
                            std::filesystem::temp_directory_path()) {
    auto pattern = (parent / "troupe-XXXXXX").string();
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

} // namespace troupe::fakes
