// Against tests/data/audio_references.txt, which a numpy script wrote from
// the definitions, and against closed forms.

#include "domain/audio/chroma.hpp"
#include "domain/audio/resampler.hpp"
#include "domain/audio/stft.hpp"
#include "tests/domain/audio/synthesis.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

namespace troupe::audio {
namespace {

class timbre_test : public testing::Test {
protected:
  void SetUp() override {
    std::ifstream file{TROUPE_SOURCE_DIR "/tests/data/audio_references.txt"};
    std::string name;
    for (std::size_t count = 0; file >> name >> count;) {
      auto& values = references_[name];
      values.resize(count);
      for (double& value : values)
        file >> value;
    }
    ASSERT_FALSE(references_.empty());
  }

  const std::vector<double>& reference(const std::string& name) {
    return references_.at(name);
  }

  /// The signal of the script: same formula, same generator.
  static programme signal() {
    programme p{22050, 1, {}};
    noise_source noise{1};
    for (int i = 0; i < 22050 * 3 / 2; ++i) {
      const double turn = 2.0 * std::numbers::pi * i / 22050.0;
      const double x = 0.3 * std::sin(440.0 * turn)
                       + 0.2 * std::sin(1234.5 * turn) + 0.05 * noise.next();
      const double scale = i < 22050 * 3 / 10 ? 1e-6 : 1.0;
      p.samples.push_back(static_cast<float>(x * scale));
    }
    return p;
  }

private:
  std::map<std::string, std::vector<double>> references_;
};

TEST_F(timbre_test, mel_filters_equal_the_reference) {
  const auto filters = mel_filterbank({}, 128);
  const auto& weights = reference("mel_weights");
  std::size_t next = 0;
  for (std::size_t m = 0; m < filters.size(); ++m) {
    EXPECT_EQ(static_cast<double>(filters[m].first_bin),
              reference("mel_first_bins")[m]);
    for (const float weight : filters[m].weights) {
      ASSERT_LT(next, weights.size());
      EXPECT_NEAR(weight, weights[next], 1e-6 * weights[next] + 1e-12);
      ++next;
    }
  }
  EXPECT_EQ(next, weights.size());
}

TEST_F(timbre_test, chroma_filters_equal_the_reference) {
  const auto bank = chroma_filterbank({});
  const auto& columns = reference("chroma_columns");
  for (std::size_t i = 0; i < columns.size(); ++i)
    EXPECT_NEAR(bank[i / 12 * 32 * 12 + i % 12], columns[i], 1e-6);
}

TEST_F(timbre_test, spectra_equal_the_reference) {
  const auto transforms = io::open_fftw_fourier();
  stft spectra{*transforms, {}};
  spectra.push(signal().samples);
  spectra.finish();
  std::vector<lanes> power(1025);
  std::size_t frames = 0;
  for (auto count = spectra.next(power); count > 0;
       count = spectra.next(power)) {
    if (frames == 40) // batches of eight: frame 40 opens the sixth
      for (std::size_t i = 0; i < reference("power_of_frame_40").size(); ++i) {
        const double expected = reference("power_of_frame_40")[i];
        EXPECT_NEAR(power[32 * i].v[0], expected, 1e-4 * expected + 1e-5);
      }
    frames += count;
  }
  EXPECT_EQ(static_cast<double>(frames), reference("frame_count")[0]);
}

TEST_F(timbre_test, figures_equal_the_reference) {
  const auto record = analyse(signal());
  ASSERT_TRUE(record.timbre);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_NEAR(record.timbre->mfcc_mean[i], reference("mfcc_mean")[i], 1e-3);
    EXPECT_NEAR(record.timbre->mfcc_std[i], reference("mfcc_std")[i], 1e-3);
  }
  EXPECT_NEAR(record.timbre->centroid_hz, reference("centroid_hz")[0], 0.01);
  EXPECT_NEAR(record.timbre->rolloff_hz, reference("rolloff_hz")[0], 0.01);
  EXPECT_NEAR(record.timbre->flatness, reference("flatness")[0], 1e-6);
  for (std::size_t i = 0; i < 12; ++i)
    EXPECT_NEAR((*record.chroma)[i], reference("chroma")[i], 1e-5);
}

// -- closed forms -------------------------------------------------------------

TEST_F(timbre_test, a_sine_has_its_frequency_as_centroid_and_its_own_class) {
  for (const int rate_hz : {8000, 22050, 44100, 48000, 44101, 192000}) {
    SCOPED_TRACE(rate_hz);
    programme p{rate_hz, 2, {}};
    add_sine(p, 440.0, 2.0, {-6, -6});
    const auto record = analyse(p);
    ASSERT_TRUE(record.timbre && record.chroma);
    // The click at both ends widens a few of its 87 frames.
    EXPECT_NEAR(record.timbre->centroid_hz, 440.0, 15.0);
    EXPECT_NEAR(record.timbre->zero_crossing_rate, 880.0 / 22050.0, 1e-4);
    EXPECT_NEAR(record.timbre->energy, amplitude_of(-6) / std::sqrt(2.0), 1e-4);
    EXPECT_EQ((*record.chroma)[9], 1.0); // A
    EXPECT_LT(record.timbre->flatness, 0.001);
  }
}

TEST_F(timbre_test, a_transposed_tone_moves_the_chroma_by_its_interval) {
  for (int semitone = 0; semitone < 12; ++semitone) {
    programme p{44100, 1, {}};
    add_sine(p, 261.6256 * std::pow(2.0, semitone / 12.0), 1.0, {-6});
    const auto chroma = analyse(p).chroma.value();
    EXPECT_EQ(chroma[static_cast<std::size_t>(semitone)], 1.0) << semitone;
  }
}

TEST_F(timbre_test, white_noise_is_flat) {
  programme p{22050, 1, {}};
  noise_source noise{7};
  for (int i = 0; i < 22050 * 3; ++i)
    p.samples.push_back(static_cast<float>(0.5 * noise.next()));
  const auto timbre = analyse(p).timbre.value();
  // Geometric over arithmetic mean of an exponential distribution is
  // e^-gamma = 0.5615; the centre of 0…11025 Hz is 5512.5 Hz.
  EXPECT_NEAR(timbre.flatness, 0.5615, 0.01);
  EXPECT_NEAR(timbre.centroid_hz, 5512.5, 100.0);
  EXPECT_NEAR(timbre.rolloff_hz, 0.85 * 11025.0, 100.0);
  EXPECT_NEAR(timbre.zero_crossing_rate, 0.5, 0.01);
}

TEST_F(timbre_test, the_mfcc_of_a_long_track_are_those_of_its_parts) {
  // 16,384 frames of 512 samples are 380 s: this goes over, so the end is not
  // part of what waits for the loudest band.
  const auto noise_of = [](int seconds) {
    programme p{22050, 1, {}};
    noise_source noise{5};
    p.samples.resize(22050U * static_cast<std::size_t>(seconds));
    for (float& x : p.samples)
      x = static_cast<float>(0.5 * noise.next());
    return p;
  };
  const auto whole = analyse(noise_of(400)).timbre.value();
  const auto part = analyse(noise_of(60)).timbre.value();
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_NEAR(whole.mfcc_mean[i], part.mfcc_mean[i], 0.3) << i;
    EXPECT_NEAR(whole.mfcc_std[i], part.mfcc_std[i], 0.3) << i;
  }
}

TEST_F(timbre_test, resampling_keeps_a_sine_and_its_place) {
  for (const int from_hz : {8000, 32000, 44100, 44101, 48000, 96000, 768000}) {
    SCOPED_TRACE(from_hz);
    resampler change{from_hz, 22050};
    std::vector<float> in;
    in.reserve(static_cast<std::size_t>(from_hz / 2));
    for (int i = 0; i < from_hz / 2; ++i)
      in.push_back(static_cast<float>(
        std::sin(2.0 * std::numbers::pi * 1000.0 * i / from_hz)));
    std::vector<float> out;
    change.push(in, out);
    change.finish(out);
    const auto expected_count =
      (static_cast<std::int64_t>(in.size()) * 22050 + from_hz - 1) / from_hz;
    ASSERT_EQ(static_cast<std::int64_t>(out.size()), expected_count);
    // Ends apart, where the signal stops short.
    for (std::size_t m = 200; m + 200 < out.size(); ++m)
      ASSERT_NEAR(out[m],
                  std::sin(2.0 * std::numbers::pi * 1000.0
                           * static_cast<double>(m) / 22050.0),
                  2e-4)
        << m;
  }
}

TEST_F(timbre_test, resampling_removes_what_the_new_rate_cannot_hold) {
  for (const int from_hz : {44100, 48000, 96000}) {
    SCOPED_TRACE(from_hz);
    resampler change{from_hz, 22050};
    std::vector<float> in;
    in.reserve(static_cast<std::size_t>(from_hz / 2));
    for (int i = 0; i < from_hz / 2; ++i)
      in.push_back(static_cast<float>(
        std::sin(2.0 * std::numbers::pi * 14000.0 * i / from_hz)));
    std::vector<float> out;
    change.push(in, out);
    for (std::size_t m = 200; m < out.size(); ++m)
      ASSERT_LT(std::abs(out[m]), 3e-4F) << m; // -70 dB
  }
}

} // namespace
} // namespace troupe::audio
