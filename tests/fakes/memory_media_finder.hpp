#pragma once

#include "domain/ports/media_finder.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::testing {

/// Hands out a list of files made beforehand.
class memory_media_walk final : public media_walk {
public:
  memory_media_walk(std::vector<walked_file> files,
                    std::vector<find_problem> problems)
    : files_(std::move(files)), problems_(std::move(problems)) {}

  walk_batch next(std::size_t files_max) override {
    walk_batch part;
    part.problems = std::exchange(problems_, {});
    const auto left = files_.size() - taken_;
    const auto count = std::min(files_max, left);
    for (std::size_t i = 0; i < count; ++i)
      part.files.push_back(files_[taken_++]);
    part.finished = taken_ == files_.size();
    return part;
  }

private:
  std::vector<walked_file> files_;
  std::vector<find_problem> problems_;
  std::size_t taken_ = 0;
};

/// A folder that the test scripts. Thread-safe.
class memory_media_finder final : public media_finder {
public:
  struct file {
    file_stamp stamp;
    /// Equal numbers, equal contents.
    std::uint8_t content = 0;
    /// False: bytes that are no media.
    bool media = true;
    /// Why its bytes cannot be read.
    std::optional<error> unreadable;
    std::vector<std::uint8_t> bytes = {};
  };

  void put(const std::string& path, file x) {
    const std::lock_guard guard{mutex_};
    files_[path] = std::move(x);
  }

  void drop(const std::string& path) {
    const std::lock_guard guard{mutex_};
    files_.erase(path);
  }

  /// Every later walk meets this problem.
  void hinder(find_problem problem) {
    const std::lock_guard guard{mutex_};
    problems_.push_back(std::move(problem));
  }

  void hinder_no_more() {
    const std::lock_guard guard{mutex_};
    problems_.clear();
  }

  /// A root that does not exist.
  void lose_root(const std::string& root) {
    const std::lock_guard guard{mutex_};
    lost_roots_.insert(root);
  }

  [[nodiscard]] int examined() const {
    const std::lock_guard guard{mutex_};
    return examined_;
  }

  [[nodiscard]] result<std::unique_ptr<media_walk>>
  walk(const std::vector<std::string>& roots) const override {
    const std::lock_guard guard{mutex_};
    std::vector<walked_file> found;
    for (const auto& [path, x] : files_)
      if (std::any_of(roots.begin(), roots.end(), [&](const auto& root) {
            return path.starts_with(root + "/");
          }))
        found.push_back({path, x.stamp});
    return std::unique_ptr<media_walk>{
      std::make_unique<memory_media_walk>(std::move(found), problems_)};
  }

  [[nodiscard]] result<std::optional<found_file>>
  examine(const walked_file& walked) const override {
    const std::lock_guard guard{mutex_};
    ++examined_;
    const auto found = files_.find(walked.path);
    if (found == files_.end())
      return error{errc::not_found, walked.path + ": gone"};
    const auto& x = found->second;
    if (x.unreadable)
      return *x.unreadable;
    if (!x.media)
      return std::optional<found_file>{};
    found_file media;
    media.path = walked.path;
    media.stamp = x.stamp;
    media.hash.fill(x.content);
    return std::optional{media};
  }

  [[nodiscard]] result<std::vector<std::uint8_t>>
  read(const std::string& path) const override {
    const std::lock_guard guard{mutex_};
    const auto found = files_.find(path);
    if (found == files_.end())
      return error{errc::not_found, path + ": gone"};
    if (found->second.unreadable)
      return *found->second.unreadable;
    return found->second.bytes;
  }

  [[nodiscard]] result<file_stamp>
  stamp(const std::string& path) const override {
    const std::lock_guard guard{mutex_};
    const auto found = files_.find(path);
    if (found == files_.end())
      return error{errc::not_found, path + ": gone"};
    return found->second.stamp;
  }

  [[nodiscard]] result<std::string>
  resolve(const std::string& path) const override {
    const std::lock_guard guard{mutex_};
    if (lost_roots_.contains(path))
      return error{errc::not_found, path + ": no such folder"};
    return path;
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, file> files_;
  std::vector<find_problem> problems_;
  std::set<std::string> lost_roots_;
  mutable int examined_ = 0;
};

} // namespace troupe::testing
