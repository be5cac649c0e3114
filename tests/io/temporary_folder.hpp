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

/// A folder that goes with the last copy of the handle.
inline std::shared_ptr<std::filesystem::path> fresh_folder() {
  auto folder = std::filesystem::temp_directory_path() / fresh_name();
  std::filesystem::create_directory(folder);
  return {new std::filesystem::path{folder}, [](std::filesystem::path* path) {
            std::error_code ignored;
            std::filesystem::remove_all(*path, ignored);
            delete path;
          }};
}

} // namespace troupe
