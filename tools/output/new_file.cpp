#include "tools/output/new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace troupe {

namespace {

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

/// Owns the descriptor and the temporary name.
class posix_new_file final : public new_file {
public:
  posix_new_file(std::string path, std::string temporary, int descriptor,
                 bool force)
    : path_(std::move(path)), temporary_(std::move(temporary)),
      descriptor_(descriptor), force_(force) {}

  ~posix_new_file() override {
    if (descriptor_ >= 0)
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
    // link(2) refuses what exists, where rename(2) would replace it.
    const int moved = force_ ? rename(temporary_.c_str(), path_.c_str())
                             : link(temporary_.c_str(), path_.c_str());
    if (moved != 0)
      return errno == EEXIST ? refusal(path_) : to_error("write", path_, errno);
    if (force_)
      temporary_.clear();
    return {};
  }

private:
  std::string path_;
  /// Empty once it has its final name.
  std::string temporary_;
  int descriptor_;
  bool force_;
};

} // namespace

result<std::unique_ptr<new_file>> begin_file(std::string path, bool force) {
  struct stat info {};

  if (!force && lstat(path.c_str(), &info) == 0)
    return refusal(path);
  auto temporary = path + ".XXXXXX";
  const int descriptor = mkstemp(temporary.data());
  if (descriptor < 0)
    return to_error("write", path, errno);
  // mkstemp makes it private; a result is as readable as any other file.
  const auto mask = umask(0);
  umask(mask);
  fchmod(descriptor, 0666U & ~mask);
  return std::unique_ptr<new_file>{std::make_unique<posix_new_file>(
    std::move(path), std::move(temporary), descriptor, force)};
}

} // namespace troupe
