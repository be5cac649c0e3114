#include "io/weights/mmap_weights_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace troupe::io {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view extension = ".safetensors";

/// Far above any network that runs on a CPU in sensible time.
constexpr std::size_t file_bytes_max = std::size_t{1} << 30U;

error to_error(int code, const std::string& path) {
  const auto kind = code == ENOENT || code == ENOTDIR ? errc::not_found
                    : code == EACCES || code == EPERM ? errc::permission_denied
                                                      : errc::io_failure;
  return {kind, fmt::format("weights: {}: {}", path,
                            std::generic_category().message(code))};
}

/// A descriptor that closes itself.
class descriptor {
public:
  explicit descriptor(int number) noexcept : number_{number} {}

  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  ~descriptor() {
    if (number_ >= 0)
      ::close(number_);
  }

  [[nodiscard]] int number() const noexcept {
    return number_;
  }

private:
  int number_;
};

class mapped_file final : public weights_file {
public:
  mapped_file(void* at, std::size_t bytes) noexcept : at_{at}, bytes_{bytes} {}

  mapped_file(const mapped_file&) = delete;
  mapped_file& operator=(const mapped_file&) = delete;

  ~mapped_file() override {
    if (at_ != nullptr)
      ::munmap(at_, bytes_);
  }

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept override {
    return {static_cast<const std::byte*>(at_), bytes_};
  }

private:
  /// Null for a file of no bytes.
  void* at_;
  std::size_t bytes_;
};

result<std::unique_ptr<weights_file>> map_file(const std::string& path) {
  const descriptor file{
    ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.number() < 0)
    return to_error(errno, path);

  struct stat status {};

  if (::fstat(file.number(), &status) != 0)
    return to_error(errno, path);
  if (!S_ISREG(status.st_mode))
    return error{errc::unsupported,
                 fmt::format("weights: {}: no regular file", path)};
  const auto bytes = static_cast<std::size_t>(status.st_size);
  if (bytes > file_bytes_max)
    return error{errc::too_large,
                 fmt::format("weights: {}: {} bytes; at most {} are read", path,
                             bytes, file_bytes_max)};
  if (bytes == 0)
    return std::unique_ptr<weights_file>{new mapped_file{nullptr, 0}};
  const auto at =
    ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (at == MAP_FAILED)
    return to_error(errno, path);
  return std::unique_ptr<weights_file>{new mapped_file{at, bytes}};
}

/// Maps whole files read-only. Thread affinity: none, nothing changes. Opening
/// may block on the disk. Writes nothing, so a crash leaves nothing behind. A
/// file that another program truncates while it is mapped ends this one with
/// SIGBUS; built-in sets are replaced by renaming, never in place.
class mmap_weights_source final : public weights_source {
public:
  explicit mmap_weights_source(std::vector<std::string> folders)
    : folders_{std::move(folders)} {}

  [[nodiscard]] result<std::unique_ptr<weights_file>>
  open(const std::string& name_or_path) const override {
    if (name_or_path.find_first_of("/.") != std::string::npos)
      return map_file(name_or_path);
    for (const auto& folder : folders_) {
      auto file =
        map_file(fmt::format("{}/{}{}", folder, name_or_path, extension));
      if (file || file.failure().code != errc::not_found)
        return file;
    }
    return error{errc::not_found,
                 fmt::format("weights: no built-in set {}; there are: {}",
                             name_or_path, fmt::join(names(), ", "))};
  }

  [[nodiscard]] std::vector<std::string> names() const override {
    std::vector<std::string> found;
    for (const auto& folder : folders_) {
      std::error_code ignored;
      for (const auto& entry : fs::directory_iterator{folder, ignored})
        if (entry.path().extension() == extension)
          found.push_back(entry.path().stem().string());
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

private:
  std::vector<std::string> folders_;
};

} // namespace

std::unique_ptr<const weights_source>
open_mmap_weights_source(std::vector<std::string> folders) {
  return std::make_unique<const mmap_weights_source>(std::move(folders));
}

} // namespace troupe::io
