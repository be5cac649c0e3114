#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

namespace troupe {

/// Names that no other test of this process, and no other process, uses.
inline std::string fresh_name() {
  static std::atomic<int> count{0};
  return "troupe-store-" + std::to_string(::getpid()) + "-"
         + std::to_string(count++);
}

/// Where tests that sync thousands of times keep their files.
inline std::filesystem::path fast_folder() {
  const std::filesystem::path memory = "/dev/shm";
  return std::filesystem::is_directory(memory)
           ? memory
           : std::filesystem::temp_directory_path();
}

/// A folder that goes with the last copy of the handle.
inline std::shared_ptr<std::filesystem::path>
fresh_folder(const std::filesystem::path& parent =
               std::filesystem::temp_directory_path()) {
  auto folder = parent / fresh_name();
  std::filesystem::create_directory(folder);
  return {new std::filesystem::path{folder}, [](std::filesystem::path* path) {
            std::error_code ignored;
            std::filesystem::remove_all(*path, ignored);
            delete path;
          }};
}

} // namespace troupe
