#include "io/sndfile_audio_decoder.hpp"
#include "tests/io/audio_files.hpp"

#include <sys/stat.h>

#include <atomic>
#include <limits>
#include <thread>
#include <vector>

// libsndfile 1.2.0 forgets 5.8 kB when it refuses an Ogg file whose headers
// are cut short; nothing on our side holds them.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer's name.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:vorbis_info_init";
}

namespace troupe::io {
namespace {

struct decoded {
  std::vector<float> samples;
  audio::pcm_format format;
  std::int64_t invalid = 0;
  std::size_t block_frames_max = 0;
  error problem{errc::none, ""};
};

class sndfile_audio_decoder_test : public audio_files {
protected:
  [[nodiscard]] decoded decode(const std::string& path) const {
    decoded out;
    auto opened = source_->open(path);
    if (!opened) {
      out.problem = opened.failure();
      return out;
    }
    auto decoder = std::move(*opened);
    out.format = decoder->format();
    for (;;) {
      const auto block = decoder->next();
      if (!block) {
        out.problem = block.failure();
        break;
      }
      if (block->samples.empty())
        break;
      out.block_frames_max = std::max(out.block_frames_max, block->frames());
      out.samples.insert(out.samples.end(), block->samples.begin(),
                         block->samples.end());
    }
    out.invalid = decoder->invalid_samples();
    return out;
  }

  void expect_problem(const std::string& path, errc code,
                      const std::string& part) const {
    const auto out = decode(path);
    EXPECT_EQ(out.problem.code, code) << out.problem.detail;
    EXPECT_NE(out.problem.detail.find(part), std::string::npos)
      << out.problem.detail;
    // Many albums hold an 01.mp3: the whole path names the file.
    EXPECT_TRUE(out.problem.detail.starts_with(path + ": "))
      << out.problem.detail;
    EXPECT_NE(out.problem.detail.find("; "), std::string::npos)
      << "no next step: " << out.problem.detail;
  }

  std::unique_ptr<audio_decoder_source> source_ = open_sndfile_audio_decoder();
};

TEST_F(sndfile_audio_decoder_test, names_its_library_and_version) {
  EXPECT_TRUE(source_->version().starts_with("libsndfile-"));
}

TEST_F(sndfile_audio_decoder_test, decodes_every_codec_we_promise) {
  struct codec {
    int format;
    int rate_hz;
    std::string name;
    double tolerance;
  };

  const std::vector<codec> codecs{
    {SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, "pcm_s16le", 1e-4},
    {SF_FORMAT_WAV | SF_FORMAT_PCM_24, 96000, "pcm_s24le", 1e-6},
    {SF_FORMAT_WAV | SF_FORMAT_FLOAT, 44100, "pcm_f32le", 0.0},
    {SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 44100, "pcm_s16be", 1e-4},
    {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, "flac", 1e-4},
    {SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, "vorbis", 0.1},
    {SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000, "opus", 0.1},
    {SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100, "mp3", 0.1},
  };
  for (const auto& codec : codecs) {
    SCOPED_TRACE(codec.name);
    const auto samples = tone(codec.rate_hz, 2.0);
    const auto path =
      write_audio("a_" + codec.name, samples, {codec.format, codec.rate_hz, 2});
    const auto out = decode(path);
    EXPECT_EQ(out.problem.detail, "");
    EXPECT_EQ(out.format.codec, codec.name);
    EXPECT_EQ(out.format.sample_rate_hz, codec.rate_hz);
    EXPECT_EQ(out.format.channels, 2);
    EXPECT_LE(out.block_frames_max, 65536U);
    ASSERT_EQ(out.samples.size(), samples.size());
    double worst = 0.0;
    // Lossy codecs smear the first and last moments.
    for (std::size_t i = 8000; i + 8000 < samples.size(); ++i)
      worst = std::max(
        worst, std::abs(static_cast<double>(out.samples[i] - samples[i])));
    EXPECT_LE(worst, codec.tolerance);
  }
}

TEST_F(sndfile_audio_decoder_test, counts_what_is_no_number_and_gives_zeros) {
  auto samples = tone(44100, 0.1);
  samples[10] = std::numeric_limits<float>::quiet_NaN();
  samples[11] = std::numeric_limits<float>::infinity();
  samples[500] = -std::numeric_limits<float>::infinity();
  const auto out = decode(write_audio(
    "nan.wav", samples, {SF_FORMAT_WAV | SF_FORMAT_FLOAT, 44100, 2}));
  EXPECT_EQ(out.invalid, 3);
  ASSERT_EQ(out.samples.size(), samples.size());
  EXPECT_EQ(out.samples[10], 0.0F);
  EXPECT_EQ(out.samples[500], 0.0F);
  EXPECT_EQ(out.samples[12], samples[12]);
}

TEST_F(sndfile_audio_decoder_test, opens_a_name_that_is_not_utf8) {
  const auto path = write_audio("caf\xE9.wav", tone(44100, 0.1), {});
  EXPECT_EQ(decode(path).problem.detail, "");
  const auto missing = decode(path_of("weg\xE9.wav"));
  EXPECT_EQ(missing.problem.code, errc::not_found);
  EXPECT_TRUE(
    missing.problem.detail.starts_with(path_of("weg\xEF\xBF\xBD.wav: ")));
}

TEST_F(sndfile_audio_decoder_test, opens_a_path_of_4000_bytes) {
  // Deeper than PATH_MAX may be made, but this much every call must take.
  auto path = path_of("");
  while (path.size() + 200 < 4000) {
    path += std::string(150, 'd') + "/";
    std::filesystem::create_directory(path);
  }
  path += std::string(3990 - path.size(), 'f') + ".wav";
  const auto shallow = write_audio("a.wav", tone(44100, 0.1), {});
  std::filesystem::rename(shallow, path);
  EXPECT_EQ(decode(path).problem.detail, "");
}

TEST_F(sndfile_audio_decoder_test, calls_a_truncated_flac_truncated) {
  const auto path = write_audio("cut.flac", tone(44100, 10.0),
                                {SF_FORMAT_FLAC | SF_FORMAT_PCM_16});
  keep_share(path, 0.5);
  expect_problem(path, errc::corrupt, "truncated or damaged: only ");
  EXPECT_NE(decode(path).problem.detail.find("of 10.0 s"), std::string::npos);
}

TEST_F(sndfile_audio_decoder_test, calls_a_truncated_wav_or_mp3_truncated) {
  const auto wav = write_audio("cut.wav", tone(44100, 10.0), {});
  keep_share(wav, 0.5);
  expect_problem(wav, errc::corrupt, "only 5.0 of 10.0 s");
  const auto mp3 =
    write_audio("cut.mp3", tone(44100, 10.0),
                {SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100, 2});
  keep_share(mp3, 0.5);
  expect_problem(mp3, errc::corrupt, "truncated or damaged: only ");
}

TEST_F(sndfile_audio_decoder_test, takes_a_wav_from_a_pipe_to_its_end) {
  // Writers that cannot seek leave the sizes at their largest value.
  const auto path = write_audio("piped.wav", tone(44100, 1.0), {});
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  for (const int place : {4, 40}) {
    file.seekp(place);
    file << "\xFF\xFF\xFF\xFF";
  }
  file.close();
  const auto out = decode(path);
  EXPECT_EQ(out.problem.detail, "");
  EXPECT_EQ(out.samples.size(), 2U * 44100U);
}

TEST_F(sndfile_audio_decoder_test, takes_a_variable_rate_mp3_to_its_end) {
  // Loud noise first, silence then: by the first frame's rate the file seems
  // far shorter than its 20 s. The Info header is blanked out.
  std::vector<float> samples(2UL * 44100 * 20, 0.0F);
  std::uint32_t seed = 1;
  for (std::size_t i = 0; i < 2UL * 44100 * 4; ++i) {
    seed = seed * 1664525U + 1013904223U;
    samples[i] =
      static_cast<float>(static_cast<std::int32_t>(seed)) / 2147483648.0F;
  }
  const auto path = write_audio(
    "vbr.mp3", samples, {SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100, 2});
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  std::string head(512, '\0');
  file.read(head.data(), 512);
  const auto mark = std::min(head.find("Xing"), head.find("Info"));
  ASSERT_NE(mark, std::string::npos);
  file.seekp(static_cast<std::streamoff>(mark));
  file << std::string(120, '\0');
  file.close();
  const auto out = decode(path);
  EXPECT_EQ(out.problem.detail, "");
  EXPECT_EQ(out.format.frames, 0);
  EXPECT_NEAR(static_cast<double>(out.samples.size()) / 2.0 / 44100.0, 20.0,
              0.1);
}

TEST_F(sndfile_audio_decoder_test,
       refuses_what_is_no_audio_and_says_what_it_is) {
  expect_problem(write_bytes("track.wav", ""), errc::corrupt,
                 "the file is empty (0 bytes)");
  expect_problem(write_bytes("notes.mp3", "milk\neggs\nbread\n"),
                 errc::unsupported,
                 "no audio stream: the file holds plain text");
  expect_problem(write_bytes("cover.flac", "\xFF\xD8\xFF\xE0 JFIF"),
                 errc::unsupported, "a JPEG picture");
  expect_problem(write_bytes("song.m4a", std::string("\0\0\0 ftypM4A ", 12)),
                 errc::unsupported, "convert it to FLAC");
  expect_problem(write_bytes("noise.mp3", std::string(3000, '\x01')),
                 errc::unsupported, "no known audio format");
  expect_problem(path_of("gone.wav"), errc::not_found, "cannot open");
  std::filesystem::create_directory(path_of("folder.wav"));
  expect_problem(path_of("folder.wav"), errc::unsupported,
                 "not a regular file");
  ASSERT_EQ(::mkfifo(path_of("pipe.wav").c_str(), 0600), 0);
  expect_problem(path_of("pipe.wav"), errc::unsupported, "not a regular file");
}

TEST_F(sndfile_audio_decoder_test, survives_every_truncation_of_a_header) {
  for (const int format :
       {SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
        SF_FORMAT_OGG | SF_FORMAT_VORBIS}) {
    const auto path = write_audio("whole", tone(44100, 0.05), {format});
    std::ifstream file{path, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    for (std::size_t keep = 1; keep < std::min<std::size_t>(200, bytes.size());
         keep += 3) {
      const auto out = decode(write_bytes("cut", bytes.substr(0, keep)));
      EXPECT_LE(out.samples.size(), 2U * 44100U);
    }
  }
}

TEST_F(sndfile_audio_decoder_test, gives_each_thread_its_own_reason) {
  // A WAV whose format is cut short, and files that open.
  const auto whole = write_audio("whole.wav", tone(44100, 0.05),
                                 {SF_FORMAT_WAV | SF_FORMAT_PCM_16});
  std::ifstream file{whole, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  const auto bad = write_bytes("bad.wav", bytes.substr(0, 30));
  const auto alone = source_->open(bad).failure();
  std::vector<std::thread> threads;
  std::atomic<int> others{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (int n = 0; n < 500; ++n) {
        const auto opened = source_->open(i < 2 ? bad : whole);
        if (i < 2 ? opened || opened.failure().detail != alone.detail : !opened)
          ++others;
      }
    });
  for (auto& one : threads)
    one.join();
  EXPECT_EQ(others, 0) << alone.detail;
}

} // namespace
} // namespace troupe::io
