#pragma once

#include "tests/e2e/child_process.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace troupe::testing {

/// A temporary folder with media, a library, and the real programs on it.
class troupe_scene : public ::testing::Test {
protected:
  troupe_scene();
  ~troupe_scene() override;

  /// The command line of `troupe` on this scene's library.
  [[nodiscard]] std::vector<std::string>
  troupe(std::vector<std::string> words) const;

  /// The same with decoders that misbehave by name.
  [[nodiscard]] std::vector<std::string>
  doubles(std::vector<std::string> words) const;

  /// Writes a WAV file of a sine into the media folder and returns its path.
  /// Files with different names have different content.
  std::string write_wav(const std::string& name, int milliseconds = 500) const;

  /// `list --json` on the library, by file name.
  [[nodiscard]] nlohmann::json entry_of(const std::string& name) const;

  /// Entries in this state.
  [[nodiscard]] std::size_t count(const std::string& state) const;

  std::filesystem::path root_;
  std::filesystem::path media_;
  std::filesystem::path library_;
};

} // namespace troupe::testing
