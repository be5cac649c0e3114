// Real recordings, where they are at hand: ../shared/media beside the
// checkout. They are data for trials, never part of this repository; without
// them every test here is skipped and says so.

#include "domain/audio/analysis.hpp"
#include "io/fftw_fourier.hpp"
#include "io/sndfile_audio_decoder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>

namespace troupe::audio {
namespace {

namespace fs = std::filesystem;

class recordings_test : public testing::Test {
protected:
  void SetUp() override {
    folder_ =
      fs::path{TROUPE_SOURCE_DIR}.parent_path() / "shared" / "media" / "audio";
    if (!fs::is_directory(folder_))
      GTEST_SKIP() << "no recordings: " << folder_ << " is absent";
  }

  audio_record record_of(const std::string& name) {
    auto opened = decoders_->open((folder_ / name).string());
    EXPECT_TRUE(opened) << name;
    if (!opened)
      return {};
    auto decoder = std::move(*opened);
    analysis meter{*transforms_, decoder->format()};
    for (auto block = decoder->next(); block && !block->samples.empty();
         block = decoder->next())
      meter.push(*block);
    return meter.finish();
  }

private:
  fs::path folder_;
  std::unique_ptr<audio_decoder_source> decoders_ =
    io::open_sndfile_audio_decoder();
  std::shared_ptr<const fourier_source> transforms_ = io::open_fftw_fourier();
};

TEST_F(recordings_test, have_their_documented_tempo) {
  struct known {
    const char* name;
    double bpm;
  };

  // From the projects and sample packs they were published with.
  for (const auto& [name, bpm] :
       {known{"lb_vibeace.ogg", 129.2}, known{"lp_Alf42red-Mauiwowi.flac", 102},
        known{"lp_Greippi_-_Krem_Kaakkuja__Second_Flight_Remix_.flac", 132},
        known{"lp_Jousboxx-BuzzerBeater.flac", 128},
        known{"sp_arovane_beat_b.flac", 129.95},
        known{"sp_loop_breakbeat.flac", 126.0},
        known{"sp_loop_perc1.flac", 97.0}}) {
    SCOPED_TRACE(name);
    const auto rhythm = record_of(name).rhythm;
    ASSERT_TRUE(rhythm);
    const double octave =
      std::exp2(std::round(std::log2(rhythm->tempo_bpm / bpm)));
    EXPECT_NEAR(rhythm->tempo_bpm / octave, bpm, 0.04 * bpm);
    EXPECT_TRUE(rhythm->is_constant);
    EXPECT_GT(rhythm->tempo_confidence, 0.5);
  }
}

TEST_F(recordings_test, have_their_documented_key) {
  const auto minuet = record_of("am_minuet_anna_magdalena.mp3").tonal;
  ASSERT_TRUE(minuet);
  EXPECT_EQ(key_name(minuet->best.key), "G major");
  const auto guitar = record_of("sp_guit_em9.flac").tonal;
  ASSERT_TRUE(guitar);
  EXPECT_EQ(key_name(guitar->best.key), "E minor");
}

TEST_F(recordings_test, have_their_documented_loudness) {
  for (const auto* name :
       {"eb_seq-3341-1-16bit.flac", "eb_seq-3341-5-16bit-v02.flac"})
    EXPECT_NEAR(record_of(name).loudness.integrated_lufs.value(), -23.0, 0.1);
  EXPECT_NEAR(record_of("eb_seq-3342-1-16bit.flac").loudness.range_lu.value(),
              10.0, 0.1);
}

} // namespace
} // namespace troupe::audio
