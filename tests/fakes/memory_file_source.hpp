#pragma once

#include "domain/ports/file_source.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::testing {

/// Files in memory, on a disk that may be full. Thread-safe.
class memory_file_source final : public file_source {
public:
  using file_bytes = std::vector<std::uint8_t>;

  void put(const std::string& path, file_bytes bytes) {
    const std::lock_guard guard{mutex_};
    files_[path] = std::move(bytes);
  }

  /// What lies there; empty when nothing does.
  [[nodiscard]] file_bytes at(const std::string& path) const {
    const std::lock_guard guard{mutex_};
    const auto found = files_.find(path);
    return found == files_.end() ? file_bytes{} : found->second;
  }

  [[nodiscard]] bool has(const std::string& path) const {
    const std::lock_guard guard{mutex_};
    return files_.contains(path);
  }

  /// A file larger than that fails with `errc::no_space`.
  std::size_t room = SIZE_MAX;

  /// Called in the writer's thread, when a file is begun.
  std::function<void()> on_begin;

  [[nodiscard]] result<file_bytes>
  read(const std::string& path, std::uint64_t bytes_max) const override {
    const std::lock_guard guard{mutex_};
    const auto found = files_.find(path);
    if (found == files_.end())
      return error{errc::not_found, path + ": gone"};
    if (bytes_max > 0 && found->second.size() > bytes_max)
      return error{errc::too_large, path + ": too large"};
    return found->second;
  }

  [[nodiscard]] result<std::unique_ptr<new_file>>
  begin(const std::string& path, bool force) const override {
    if (!force && has(path))
      return error{errc::refused, path + " exists"};
    if (on_begin)
      on_begin();
    return std::unique_ptr<new_file>{
      std::make_unique<file>(*this, path, force)};
  }

private:
  class file final : public new_file {
  public:
    file(const memory_file_source& owner, std::string path, bool force)
      : owner_(owner), path_(std::move(path)), force_(force) {}

    result<void> write(std::string_view bytes) override {
      if (bytes_.size() + bytes.size() > owner_.room)
        return error{errc::no_space, path_ + ": no space left"};
      bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
      return {};
    }

    result<void> finish() override {
      const std::lock_guard guard{owner_.mutex_};
      if (!force_ && owner_.files_.contains(path_))
        return error{errc::refused, path_ + " exists"};
      owner_.files_[path_] = std::move(bytes_);
      return {};
    }

  private:
    const memory_file_source& owner_;
    std::string path_;
    bool force_;
    file_bytes bytes_;
  };

  mutable std::mutex mutex_;
  mutable std::map<std::string, file_bytes> files_;
};

} // namespace troupe::testing
