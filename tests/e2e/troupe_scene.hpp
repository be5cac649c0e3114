#pragma once

#include "tests/e2e/child_process.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace troupe::testing {

/// What a WAV file of a scene holds.
struct sound {
  int rate_hz = 8'000;
  int channels = 1;
  int milliseconds = 500;
  double frequency_hz = 440.0;
  /// Every n-th frame is NaN, in a file of floats; 0 = none, 16 bits.
  int every_nan = 0;
};

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

  /// The same with another rate, more channels, or NaNs. The frequency is
  /// chosen by the name.
  std::string write_wav(const std::string& name, sound tone) const;

  /// The command run by "nobody" when the tests run as root, to whom nothing
  /// is forbidden; the scene's folders belong to that user then. Call it once
  /// everything that root writes is written.
  [[nodiscard]] std::vector<std::string>
  unprivileged(std::vector<std::string> command) const;

  /// Asks again and again, a minute at most; what asks is a whole process, so
  /// that the turns are few.
  [[nodiscard]] static bool until(const std::function<bool()>& seen);

  /// `list --json` on the library, by file name.
  [[nodiscard]] nlohmann::json entry_of(const std::string& name) const;

  /// Entries in this state.
  [[nodiscard]] std::size_t count(const std::string& state) const;

  std::filesystem::path root_;
  std::filesystem::path media_;
  std::filesystem::path library_;
};

} // namespace troupe::testing
