#include "tests/fakes/scratch_folder.hpp"
#include "tests/fuzz/audio_subject.hpp"
#include "tests/fuzz/file_mutation.hpp"
#include "tools/likeness/track_player.hpp"
#include "tools/sample/sound_file.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

// libsndfile 1.2.0 forgets 5.8 kB when it refuses an Ogg file whose headers
// are cut short; nothing on our side holds them.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer's name.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libsndfile\nleak:vorbis_info_init\nleak:libmpg123";
}

namespace troupe::fuzz {
namespace {

constexpr std::int64_t files_of_a_run = 300;
constexpr std::int64_t files_of_a_campaign = 100'000;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// One whole file of each format, a second long.
std::vector<std::string> whole_files() {
  using sample::sound_format;
  std::vector<std::string> out;
  for (const auto format :
       {sound_format::wav, sound_format::flac, sound_format::ogg,
        sound_format::mp3, sound_format::opus}) {
    const auto track = sample::render_track({10, 5, 1.2, 48'000});
    auto encoded = sample::encode_sound(track, format, {"a", "b", "c"});
    EXPECT_TRUE(encoded) << encoded.failure().detail;
    if (encoded)
      out.push_back(std::move(encoded.value()));
  }
  return out;
}

/// Which files to make: the next ones of the campaign, or a run's.
class plan {
public:
  plan() {
    const auto from = variable("TROUPE_FUZZ_FROM");
    const auto count = variable("TROUPE_FUZZ_COUNT");
    const bool full = variable("TROUPE_CAMPAIGN") == "full";
    if (full && from.empty()) {
      state_ = variable("TROUPE_FUZZ_STATE");
      if (state_.empty())
        state_ = std::filesystem::temp_directory_path() / "troupe-fuzz-next";
      std::ifstream{state_} >> next_;
    }
    end_ = full ? files_of_a_campaign : files_of_a_run;
    if (!from.empty())
      next_ = std::stoll(from);
    if (!count.empty())
      end_ = next_ + std::stoll(count);
  }

  /// The number of the next file, kept before it is tried; -1 at the end.
  std::int64_t take() {
    if (next_ >= end_)
      return -1;
    const auto now = next_++;
    if (!state_.empty())
      std::ofstream{state_} << next_ << '\n';
    return now;
  }

private:
  std::filesystem::path state_;
  std::int64_t next_ = 0;
  std::int64_t end_ = 0;
};

TEST(audio_fuzz, whole_files_are_decoded_to_their_end) {
  const fakes::scratch_folder folder;
  audio_subject subject;
  for (const auto& bytes : whole_files()) {
    const auto path = folder.at("whole");
    std::ofstream{path, std::ios::binary} << bytes;
    std::string wrong;
    EXPECT_EQ(subject.run(path, wrong), subject_end::decoded);
    EXPECT_EQ(wrong, "");
  }
}

TEST(audio_fuzz, a_damaged_file_crashes_nothing_and_keeps_its_claim) {
  const fakes::scratch_folder folder;
  const auto path = folder.at("damaged");
  const auto files = whole_files();
  audio_subject subject;
  plan todo;
  std::array<std::int64_t, 3> ends{};
  std::int64_t tried = 0;
  for (auto number = todo.take(); number >= 0; number = todo.take()) {
    const auto seed = static_cast<std::uint64_t>(number);
    const auto& whole = files[static_cast<std::size_t>(number) % files.size()];
    std::ofstream{path, std::ios::binary} << mutate(whole, seed);
    std::string wrong;
    const auto end = subject.run(path, wrong);
    EXPECT_EQ(wrong, "") << "file " << number
                         << "; again: TROUPE_FUZZ_FROM=" << number
                         << " TROUPE_FUZZ_COUNT=1";
    ++ends.at(static_cast<std::size_t>(end));
    ++tried;
  }
  std::cout << tried << " damaged files: " << ends[0] << " refused, " << ends[1]
            << " failed, " << ends[2] << " decoded\n";
  // Damage that nothing notices, or that all of it refuses, tests nothing.
  if (tried >= files_of_a_run) {
    EXPECT_GT(ends[0], tried / 50);
    EXPECT_GT(ends[2], tried / 50);
  }
}

} // namespace
} // namespace troupe::fuzz
