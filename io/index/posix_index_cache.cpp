#include "io/index/posix_index_cache.hpp"

#include "io/posix_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace troupe::io {

namespace {

error to_error(std::string_view verb, const std::string& path, int number) {
  if (number == ENOSPC || number == EDQUOT)
    return {errc::no_space,
            fmt::format("{} {}: {}", verb, path, std::strerror(number))};
  return file_error(number, verb, path);
}

class posix_cached_file final : public cached_file {
public:
  posix_cached_file(std::string path, int descriptor, std::uint64_t size)
    : path_(std::move(path)), file_(descriptor), size_(size) {}

  [[nodiscard]] std::uint64_t size() const noexcept override {
    return size_;
  }

  result<void> read(std::span<std::uint8_t> into) override {
    while (!into.empty()) {
      const auto count = ::read(file_.number(), into.data(), into.size());
      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        return to_error("read", path_, errno);
      if (count == 0)
        return error{errc::corrupt,
                     fmt::format("read {}: it ends too soon", path_)};
      into = into.subspan(static_cast<std::size_t>(count));
    }
    return {};
  }

private:
  std::string path_;
  file_descriptor file_;
  std::uint64_t size_;
};

/// Made as NAME.tmp, which a crash leaves behind and the next one overwrites.
class posix_new_cached_file final : public new_file {
public:
  posix_new_cached_file(std::string path, int descriptor)
    : path_(std::move(path)), file_(descriptor) {}

  ~posix_new_cached_file() override {
    if (!finished_)
      unlink((path_ + ".tmp").c_str());
  }

  posix_new_cached_file(const posix_new_cached_file&) = delete;
  posix_new_cached_file& operator=(const posix_new_cached_file&) = delete;

  result<void> write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto count = ::write(file_.number(), bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        return to_error("write", path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }

  result<void> finish() override {
    if (fsync(file_.number()) != 0)
      return to_error("sync", path_, errno);
    if (rename((path_ + ".tmp").c_str(), path_.c_str()) != 0)
      return to_error("rename", path_, errno);
    finished_ = true;
    const auto folder = path_.substr(0, path_.rfind('/'));
    const file_descriptor opened{
      open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (opened.number() < 0 || fsync(opened.number()) != 0)
      return to_error("sync", folder, errno);
    return {};
  }

private:
  std::string path_;
  file_descriptor file_;
  bool finished_ = false;
};

/// Thread affinity: one thread. Blocks for the disk.
class posix_index_cache final : public index_cache {
public:
  posix_index_cache(std::string folder, bool may_write)
    : folder_(std::move(folder)), may_write_(may_write) {}

  [[nodiscard]] result<std::unique_ptr<cached_file>>
  open(const std::string& name) override {
    const auto file = path(name);
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
      return to_error("read", file, errno);

    struct stat info {};

    if (fstat(descriptor, &info) != 0) {
      const int why = errno;
      close(descriptor);
      return to_error("read", file, why);
    }
    return std::unique_ptr<cached_file>{std::make_unique<posix_cached_file>(
      file, descriptor, static_cast<std::uint64_t>(info.st_size))};
  }

  [[nodiscard]] result<std::unique_ptr<new_file>>
  begin(const std::string& name) override {
    const auto file = path(name);
    if (!may_write_)
      return error{errc::refused,
                   fmt::format("write {}: the library is another's", file)};
    if (mkdir(folder_.c_str(), 0777) != 0 && errno != EEXIST)
      return to_error("make", folder_, errno);
    const auto temporary = file + ".tmp";
    const int descriptor =
      ::open(temporary.c_str(),
             O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (descriptor < 0)
      return to_error("write", temporary, errno);
    return std::unique_ptr<new_file>{
      std::make_unique<posix_new_cached_file>(file, descriptor)};
  }

  [[nodiscard]] std::string path(const std::string& name) const override {
    return folder_ + '/' + name;
  }

  void remove(const std::string& name) noexcept override {
    if (may_write_)
      unlink(path(name).c_str());
  }

private:
  std::string folder_;
  bool may_write_;
};

} // namespace

std::unique_ptr<index_cache> open_posix_index_cache(std::string folder,
                                                    bool may_write) {
  return std::make_unique<posix_index_cache>(std::move(folder), may_write);
}

} // namespace troupe::io
