#include "io/files/posix_file_source.hpp"

#include "io/posix_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace troupe::io {

namespace {

/// What writing may meet; `file_error` speaks of reading.
errc code_of(int number) {
  switch (number) {
  case ENOENT:
  case ENOTDIR:
    return errc::not_found;
  case EACCES:
  case EPERM:
  case EROFS:
    return errc::permission_denied;
  case ENOSPC:
  case EDQUOT:
  case EFBIG:
    return errc::no_space;
  case EEXIST:
    return errc::refused;
  default:
    return errc::io_failure;
  }
}

error to_error(std::string_view verb, const std::string& path, int number) {
  return {code_of(number),
          fmt::format("{} {}: {}", verb, path, std::strerror(number))};
}

error refusal(const std::string& path) {
  return {
    errc::refused,
    fmt::format("write {}: the file exists; to replace it: --force", path)};
}

// -- a file in the making -----------------------------------------------------

/// Owns the descriptor, and the temporary name if there is one. A crash leaves
/// nothing behind where the file system knows nameless files (O_TMPFILE), else
/// NAME.XXXXXX.
class posix_new_file final : public new_file {
public:
  posix_new_file(std::string path, std::string temporary, int descriptor,
                 bool force)
    : path_(std::move(path)), temporary_(std::move(temporary)),
      descriptor_(descriptor), force_(force) {}

  ~posix_new_file() override {
    close(descriptor_);
    if (!temporary_.empty())
      unlink(temporary_.c_str());
  }

  posix_new_file(const posix_new_file&) = delete;
  posix_new_file& operator=(const posix_new_file&) = delete;

  result<void> write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return to_error("write", path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  result<void> finish() override {
    if (fsync(descriptor_) != 0)
      return to_error("write", path_, errno);
    if (give_name() != 0)
      return errno == EEXIST ? refusal(path_) : to_error("write", path_, errno);
    return {};
  }

private:
  /// link(2) refuses what exists, where rename(2) would replace it.
  int give_name() {
    if (temporary_.empty()) {
      const auto self = fmt::format("/proc/self/fd/{}", descriptor_);
      return linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path_.c_str(),
                    AT_SYMLINK_FOLLOW);
    }
    if (!force_)
      return link(temporary_.c_str(), path_.c_str());
    const int moved = rename(temporary_.c_str(), path_.c_str());
    if (moved == 0)
      temporary_.clear();
    return moved;
  }

  std::string path_;
  /// Empty when there is none (any more).
  std::string temporary_;
  int descriptor_;
  bool force_;
};

/// A file without name in the folder of `path`; negative where the file system
/// has none.
int open_nameless(const std::string& path) {
  const auto slash = path.rfind('/');
  const auto folder =
    slash == std::string::npos ? std::string{"."} : path.substr(0, slash + 1);
  const int descriptor =
    open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor < 0)
    return descriptor;
  const auto self = fmt::format("/proc/self/fd/{}", descriptor);
  if (access(self.c_str(), F_OK) == 0)
    return descriptor;
  close(descriptor);
  return -1;
}

// -- the source ---------------------------------------------------------------

/// Thread affinity: none; each call is on its own. Blocks for the disk.
class posix_file_source final : public file_source {
public:
  [[nodiscard]] result<std::vector<std::uint8_t>>
  read(const std::string& path, std::uint64_t bytes_max) const override {
    // Or a named pipe without writer would hold the thread.
    const file_descriptor file{
      open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.number() < 0)
      return file_error(errno, "read", path);
    return read_all(path, file.number(), bytes_max);
  }

  [[nodiscard]] result<std::unique_ptr<new_file>>
  begin(const std::string& path, bool force) const override {
    struct stat info {};

    if (!force && lstat(path.c_str(), &info) == 0)
      return refusal(path);
    std::string temporary;
    // What is to replace a file needs a name: rename(2) does it in one step.
    int descriptor = force ? -1 : open_nameless(path);
    if (descriptor < 0) {
      temporary = path + ".XXXXXX";
      descriptor = mkstemp(temporary.data());
      if (descriptor < 0)
        return to_error("write", path, errno);
      // mkstemp makes it private; a result is as readable as any other file.
      const auto mask = umask(0);
      umask(mask);
      fchmod(descriptor, 0666U & ~mask);
    }
    return std::unique_ptr<new_file>{std::make_unique<posix_new_file>(
      path, std::move(temporary), descriptor, force)};
  }

private:
  static result<std::vector<std::uint8_t>>
  read_all(const std::string& path, int descriptor, std::uint64_t bytes_max) {
    struct stat info {};

    if (fstat(descriptor, &info) != 0)
      return file_error(errno, "read", path);
    if (!S_ISREG(info.st_mode))
      return error{errc::invalid_argument,
                   fmt::format("read {}: it is no file", path)};
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (bytes_max > 0 && size > bytes_max)
      return error{errc::too_large,
                   fmt::format("read {}: it has {} bytes; raise [library] "
                               "file_bytes_max",
                               path, size)};
    std::vector<std::uint8_t> bytes(size);
    std::size_t seen = 0;
    while (seen < bytes.size()) {
      const auto count =
        ::read(descriptor, bytes.data() + seen, bytes.size() - seen);
      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        return file_error(errno, "read", path);
      // It became shorter meanwhile: whoever decodes it says so.
      if (count == 0)
        break;
      seen += static_cast<std::size_t>(count);
    }
    bytes.resize(seen);
    return bytes;
  }
};

} // namespace

std::unique_ptr<const file_source> open_posix_file_source() {
  return std::make_unique<const posix_file_source>();
}

} // namespace troupe::io
