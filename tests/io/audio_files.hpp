#pragma once

#include <gtest/gtest.h>
#include <sndfile.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <string>
#include <vector>

namespace troupe::io {

/// A folder of its own for each test, removed afterwards, and writers for
/// small audio files.
class audio_files : public testing::Test {
protected:
  void SetUp() override {
    auto pattern =
      (std::filesystem::temp_directory_path() / "troupe_audio_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }

  void TearDown() override {
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] std::string path_of(const std::string& name) const {
    return folder_ + "/" + name;
  }

  [[nodiscard]] std::string write_bytes(const std::string& name,
                                        const std::string& bytes) const {
    auto path = path_of(name);
    std::ofstream{path, std::ios::binary} << bytes;
    return path;
  }

  /// Two channels: 440 Hz at half of full scale, 660 Hz at a quarter.
  static std::vector<float> tone(int rate_hz, double seconds) {
    std::vector<float> out;
    const auto frames = static_cast<int>(rate_hz * seconds);
    for (int i = 0; i < frames; ++i) {
      const double turn = 2.0 * std::numbers::pi * i / rate_hz;
      out.push_back(static_cast<float>(0.5 * std::sin(440.0 * turn)));
      out.push_back(static_cast<float>(0.25 * std::sin(660.0 * turn)));
    }
    return out;
  }

  struct writing {
    int format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
    int rate_hz = 44100;
    int channels = 2;
    std::string title{};
  };

  [[nodiscard]] std::string write_audio(const std::string& name,
                                        const std::vector<float>& samples,
                                        const writing& how) const {
    auto path = path_of(name);
    SF_INFO info{};
    info.format = how.format;
    info.samplerate = how.rate_hz;
    info.channels = how.channels;
    SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
    EXPECT_NE(file, nullptr) << sf_strerror(nullptr);
    if (!how.title.empty())
      sf_set_string(file, SF_STR_TITLE, how.title.c_str());
    sf_write_float(file, samples.data(),
                   static_cast<sf_count_t>(samples.size()));
    sf_close(file);
    return path;
  }

  static void keep_share(const std::string& path, double share) {
    const auto bytes = std::filesystem::file_size(path);
    std::filesystem::resize_file(
      path, static_cast<std::uintmax_t>(static_cast<double>(bytes) * share));
  }

private:
  std::string folder_;
};

} // namespace troupe::io
