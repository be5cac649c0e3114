// The record of a programme does not depend on the lossless format it is in,
// and little on a lossy one.

#include "io/sndfile_audio_decoder.hpp"
#include "tests/domain/audio/synthesis.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <gtest/gtest.h>
#include <sndfile.h>

#include <string>

namespace troupe::audio {
namespace {

constexpr int rate_hz = 44100;

/// Chords of A minor in steady plucks, 110 a minute, sixteen seconds.
programme music() {
  programme p{rate_hz, 2, {}};
  noise_source noise{5};
  for (int i = 0; i < 16 * rate_hz; ++i) {
    const double t = static_cast<double>(i) / rate_hz;
    const double since = std::fmod(t, 60.0 / 110.0);
    double sum = 0.4 * noise.next() * std::exp(-60.0 * since);
    for (const int midi : {45, 57, 60, 64})
      sum += 0.12 * std::exp(-3.0 * since)
             * std::sin(2.0 * std::numbers::pi * 440.0
                        * std::exp2((midi - 69) / 12.0) * t);
    p.samples.push_back(static_cast<float>(sum));
    p.samples.push_back(static_cast<float>(0.8 * sum));
  }
  return p;
}

audio_record record_in(const programme& p, const std::string& path,
                       int format) {
  SF_INFO info{};
  info.channels = p.channels;
  info.samplerate = p.rate_hz;
  info.format = format;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  EXPECT_NE(file, nullptr) << path;
  sf_write_float(file, p.samples.data(),
                 static_cast<sf_count_t>(p.samples.size()));
  sf_close(file);
  static const auto transforms = io::open_fftw_fourier();
  auto opened = io::open_sndfile_audio_decoder()->open(path);
  EXPECT_TRUE(opened) << path;
  auto decoder = std::move(*opened);
  analysis meter{*transforms, decoder->format()};
  for (auto block = decoder->next(); block && !block->samples.empty();
       block = decoder->next())
    meter.push(*block);
  return meter.finish();
}

TEST(format_test, flac_and_wav_give_the_same_bits) {
  const fakes::scratch_folder folder;
  const auto p = music();
  const auto wav =
    record_in(p, folder.path() + "/a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  const auto flac =
    record_in(p, folder.path() + "/a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
  ASSERT_TRUE(wav.rhythm && flac.rhythm && wav.tonal && flac.tonal);
  EXPECT_EQ(wav.rhythm->tempo_bpm, flac.rhythm->tempo_bpm);
  EXPECT_EQ(wav.rhythm->tempo_confidence, flac.rhythm->tempo_confidence);
  EXPECT_EQ(wav.rhythm->beats_s, flac.rhythm->beats_s);
  EXPECT_EQ(wav.tonal->best.strength, flac.tonal->best.strength);
  EXPECT_EQ(wav.tonal->tuning_hz, flac.tonal->tuning_hz);
  EXPECT_EQ(wav.chroma, flac.chroma);
  EXPECT_EQ(wav.timbre->mfcc_mean, flac.timbre->mfcc_mean);
  EXPECT_EQ(wav.loudness.integrated_lufs, flac.loudness.integrated_lufs);
  EXPECT_EQ(wav.loudness.true_peak_dbtp, flac.loudness.true_peak_dbtp);
}

TEST(format_test, mp3_and_vorbis_give_the_same_tempo_and_key) {
  const fakes::scratch_folder folder;
  const auto p = music();
  for (const int format : {SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III,
                           SF_FORMAT_OGG | SF_FORMAT_VORBIS}) {
    const auto record = record_in(p, folder.path() + "/a.lossy", format);
    ASSERT_TRUE(record.rhythm && record.tonal);
    EXPECT_NEAR(record.rhythm->tempo_bpm, 110.0, 0.05);
    EXPECT_EQ(key_name(record.tonal->best.key), "A minor");
  }
}

} // namespace
} // namespace troupe::audio
