#include "tools/sample/catalogue.hpp"
#include "tools/sample/sample_folder.hpp"

#include <gtest/gtest.h>
#include <sndfile.h>
#include <spng.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <numbers>
#include <set>
#include <sstream>

namespace troupe::sample {

namespace {

namespace fs = std::filesystem;

/// Short and small: the sanitizers make synthesis twenty times slower.
constexpr sample_size small_size{1.0, 64};

std::string content_of(const fs::path& file) {
  std::ifstream stream{file, std::ios::binary};
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// Every file below a folder with its bytes, by relative path.
std::map<std::string, std::string> files_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), folder)] = content_of(entry.path());
  return files;
}

/// What libsndfile makes of a file.
struct decoded {
  SF_INFO info{};
  std::vector<float> samples;
  std::string title;
};

decoded decode(const fs::path& file) {
  decoded read;
  auto* sound = sf_open(file.c_str(), SFM_READ, &read.info);
  if (sound == nullptr)
    return read;
  const auto channels = static_cast<std::size_t>(read.info.channels);
  std::vector<float> block(4096 * channels);
  for (;;) {
    const auto frames = sf_readf_float(sound, block.data(), 4096);
    if (frames <= 0)
      break;
    const auto count = static_cast<std::ptrdiff_t>(frames * read.info.channels);
    read.samples.insert(read.samples.end(), block.begin(),
                        block.begin() + count);
  }
  if (const auto* title = sf_get_string(sound, SF_STR_TITLE))
    read.title = title;
  sf_close(sound);
  return read;
}

/// A folder of its own for each test, gone afterwards.
class sample_folder_test : public ::testing::Test {
protected:
  sample_folder_test() {
    auto name = (fs::temp_directory_path() / "sample-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }

  ~sample_folder_test() override {
    fs::remove_all(folder_);
  }

  fs::path folder_;
};

// -- the sample folder --------------------------------------------------------

TEST_F(sample_folder_test, holds_twelve_pieces_eight_pictures_and_four_texts) {
  const auto made = make_sample_folder(folder_, small_size);
  ASSERT_TRUE(made) << made.failure().detail;
  EXPECT_EQ(made->sounds, 12);
  EXPECT_EQ(made->pictures, 8);
  EXPECT_EQ(made->texts, 4);
  std::map<std::string, int> by_extension;
  std::uint64_t bytes = 0;
  for (const auto& [path, content] : files_of(folder_)) {
    ++by_extension[fs::path{path}.extension()];
    bytes += content.size();
  }
  const std::map<std::string, int> expected = {
    {".flac", 3}, {".md", 1},  {".mp3", 3}, {".ogg", 2},
    {".opus", 1}, {".png", 8}, {".txt", 3}, {".wav", 3}};
  EXPECT_EQ(by_extension, expected);
  EXPECT_EQ(made->bytes, bytes);
}

TEST_F(sample_folder_test, is_the_same_byte_for_byte_when_made_again) {
  ASSERT_TRUE(make_sample_folder(folder_ / "one", small_size));
  ASSERT_TRUE(make_sample_folder(folder_ / "two", small_size));
  const auto one = files_of(folder_ / "one");
  const auto two = files_of(folder_ / "two");
  ASSERT_EQ(one.size(), two.size());
  for (const auto& [path, content] : one)
    EXPECT_TRUE(two.at(path) == content) << path;
}

TEST_F(sample_folder_test, decodes_to_sound_of_the_planned_length_and_rate) {
  ASSERT_TRUE(make_sample_folder(folder_, small_size));
  for (const auto& entry : catalogue()) {
    const auto read = decode(folder_ / entry.file);
    EXPECT_EQ(read.info.samplerate, entry.sample_rate_hz) << entry.file;
    EXPECT_EQ(read.info.channels, entry.channels) << entry.file;
    EXPECT_EQ(read.title, entry.plan.title) << entry.file;
    // An MP3 may carry up to three more frames of 1152 samples.
    const auto frames = read.samples.size()
                        / static_cast<std::size_t>(std::max(1, entry.channels));
    EXPECT_GE(frames, static_cast<std::size_t>(entry.sample_rate_hz));
    EXPECT_LE(frames, static_cast<std::size_t>(entry.sample_rate_hz) + 3456);
    float peak = 0.0F;
    for (const float sample : read.samples)
      peak = std::max(peak, std::abs(sample));
    // It peaks at 0.8; lossy codecs overshoot.
    EXPECT_GT(peak, 0.6F) << entry.file;
    EXPECT_LT(peak, 1.0F) << entry.file;
  }
}

TEST_F(sample_folder_test, has_pictures_that_decode) {
  ASSERT_TRUE(make_sample_folder(folder_, small_size));
  for (const auto& [path, content] : files_of(folder_ / "pictures")) {
    auto* context = spng_ctx_new(0);
    spng_set_png_buffer(context, content.data(), content.size());
    spng_ihdr header{};
    std::size_t bytes = 0;
    EXPECT_EQ(spng_get_ihdr(context, &header), 0) << path;
    EXPECT_EQ(header.width, 64U) << path;
    EXPECT_EQ(spng_decoded_image_size(context, SPNG_FMT_RGB8, &bytes), 0);
    std::string pixels(bytes, '\0');
    EXPECT_EQ(
      spng_decode_image(context, pixels.data(), bytes, SPNG_FMT_RGB8, 0), 0)
      << path;
    spng_ctx_free(context);
  }
}

TEST_F(sample_folder_test, names_tempo_and_key_of_each_piece_in_about_txt) {
  ASSERT_TRUE(make_sample_folder(folder_, small_size));
  const auto about = content_of(folder_ / "about.txt");
  EXPECT_NE(about.find("music/night-tram.flac        126 BPM  A minor"),
            std::string::npos)
    << about;
  for (const auto& entry : catalogue())
    EXPECT_NE(about.find(entry.file), std::string::npos) << entry.file;
}

TEST_F(sample_folder_test, says_which_file_could_not_be_written) {
  std::ofstream{folder_ / "music"} << "a file where a folder must be\n";
  const auto made = make_sample_folder(folder_, small_size);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.failure().code, errc::io_failure);
  EXPECT_NE(made.failure().detail.find("music/night-tram.flac"),
            std::string::npos)
    << made.failure().detail;
}

// -- many short pieces --------------------------------------------------------

TEST_F(sample_folder_test, makes_many_pieces_no_two_alike) {
  const auto made = make_many_pieces(folder_, {20, 0.2, 7});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->sounds, 20);
  std::set<std::string> contents;
  for (const auto& [path, content] : files_of(folder_)) {
    EXPECT_EQ(decode(folder_ / path).samples.size(), 4410U) << path;
    contents.insert(content);
  }
  EXPECT_EQ(contents.size(), 20U);
}

TEST_F(sample_folder_test, makes_other_pieces_from_another_seed) {
  ASSERT_TRUE(make_many_pieces(folder_ / "one", {2, 0.2, 1}));
  ASSERT_TRUE(make_many_pieces(folder_ / "two", {2, 0.2, 2}));
  EXPECT_NE(files_of(folder_ / "one"), files_of(folder_ / "two"));
}

// -- the music ----------------------------------------------------------------

TEST(score, stays_in_its_key_and_on_its_grid) {
  for (const auto& entry : catalogue()) {
    const auto& plan = entry.plan;
    const std::set<int> steps = plan.mode == mode::major
                                  ? std::set{0, 2, 4, 5, 7, 9, 11}
                                  : std::set{0, 2, 3, 5, 7, 8, 10};
    const auto quarter_s = 60.0 / plan.tempo_bpm / 4.0;
    for (const auto& note : compose(plan)) {
      if (note.voice >= voice::bass) {
        EXPECT_TRUE(steps.contains((note.pitch - plan.tonic) % 12))
          << plan.title << " plays " << note.pitch;
      }
      const auto at = note.start_s / quarter_s;
      EXPECT_NEAR(at, std::round(at), 1e-6) << plan.title;
      EXPECT_LT(note.start_s, plan.length_s);
    }
  }
}

TEST(score, differs_between_pieces_in_tempo_and_key) {
  std::set<double> tempos;
  std::set<std::string> keys;
  for (const auto& entry : catalogue()) {
    tempos.insert(entry.plan.tempo_bpm);
    keys.insert(key_name(entry.plan));
  }
  EXPECT_EQ(tempos.size(), 12U);
  EXPECT_EQ(keys.size(), 12U);
}

TEST(synthesizer, plays_a_pitch_where_it_is_written) {
  // Goertzel's sum at 440 Hz against 466.16 Hz, a semitone above: a note must
  // sound at the first. One second, so that both are well apart.
  for (const auto who : {voice::bass, voice::pad, voice::pluck, voice::lead}) {
    const note a{0.0, 1.0, 69, 1.0F, who};
    const auto played = synthesize({&a, 1}, {1.0, 0.3, 44'100, 1, 1});
    const auto level = [&played](double hertz) {
      double re = 0.0;
      double im = 0.0;
      for (std::size_t i = 0; i < played.samples.size(); ++i) {
        const auto angle =
          2.0 * std::numbers::pi * hertz * static_cast<double>(i) / 44'100.0;
        re += played.samples[i] * std::cos(angle);
        im += played.samples[i] * std::sin(angle);
      }
      return std::hypot(re, im);
    };
    EXPECT_GT(level(440.0), 10.0 * level(466.16)) << static_cast<int>(who);
  }
}

} // namespace

} // namespace troupe::sample
