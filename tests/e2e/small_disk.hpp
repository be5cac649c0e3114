#pragma once

#include <sys/mount.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace troupe::testing {

/// A file system of 16 MiB where mounting is allowed, a limit on the size of a
/// file else.
class small_disk {
public:
  explicit small_disk(std::filesystem::path at) : at_(std::move(at)) {
    std::filesystem::create_directory(at_);
    mounted_ = mount("tmpfs", at_.c_str(), "tmpfs", 0, "size=16m") == 0;
  }

  ~small_disk() {
    if (mounted_)
      umount2(at_.c_str(), MNT_DETACH);
  }

  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  /// Leaves about this much.
  void fill(std::uintmax_t bytes_left) const {
    if (mounted_)
      std::ofstream{at_ / "ballast"}
        << std::string(std::filesystem::space(at_).available - bytes_left, 'b');
  }

  void clear() const {
    std::filesystem::remove(at_ / "ballast");
  }

  /// The command, on the full disk.
  [[nodiscard]] std::vector<std::string> full(std::vector<std::string> command,
                                              std::uintmax_t bytes_left) const {
    if (mounted_)
      return command;
    std::vector<std::string> all{"/bin/sh", "-c",
                                 "trap '' XFSZ; exec prlimit \"$@\"", "sh",
                                 "--fsize=" + std::to_string(bytes_left)};
    all.insert(all.end(), command.begin(), command.end());
    return all;
  }

private:
  std::filesystem::path at_;
  bool mounted_ = false;
};

} // namespace troupe::testing
