// Notes of known pitch, with overtones as strings have them.

#include "domain/audio/stft.hpp"
#include "domain/audio/tonal/tonal_meter.hpp"
#include "tests/domain/audio/synthesis.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace troupe::audio {
namespace {

constexpr int rate_hz = 22050;

/// Sounding notes, ten falling partials each, 6 s; 69 = A.
std::vector<float> sounding(const std::vector<int>& notes,
                            double a_hz = 440.0) {
  std::vector<float> out(6UL * rate_hz);
  for (const int note : notes) {
    const double hz = a_hz * std::exp2((note - 69) / 12.0);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const double turn = 2.0 * std::numbers::pi * hz * static_cast<double>(i)
                          / static_cast<double>(rate_hz);
      double share = 0.1;
      for (int partial = 1; partial <= 10; ++partial) {
        out[i] += static_cast<float>(share * std::sin(turn * partial));
        share *= 0.8;
      }
    }
  }
  return out;
}

pitch_profile profile_of(const std::vector<float>& samples) {
  static const auto transforms = io::open_fftw_fourier();
  tonal_meter meter{*transforms};
  meter.push(samples);
  meter.finish();
  return meter.profile();
}

/// The part of a profile that lies in these pitch classes.
double share_of(const pitch_profile& profile,
                const std::vector<std::size_t>& classes) {
  double sum = 0.0;
  for (const auto one : classes)
    sum += profile.at(one);
  return sum / std::accumulate(profile.begin(), profile.end(), 0.0);
}

TEST(note_finder_test, hears_one_note_and_not_its_overtones) {
  // C in three octaves; its third and fifth partials are G and E.
  for (const int note : {48, 60, 72})
    EXPECT_GT(share_of(profile_of(sounding({note})), {0}), 0.85) << note;
  // Here a semitone is hardly wider than a bin of the transform.
  EXPECT_GT(share_of(profile_of(sounding({36})), {0}), 0.6);
}

TEST(note_finder_test, hears_the_notes_of_a_chord) {
  EXPECT_GT(share_of(profile_of(sounding({48, 64, 67})), {0, 4, 7}), 0.9);
  // Four notes close together, a semitone among them.
  EXPECT_GT(share_of(profile_of(sounding({52, 60, 64, 71})), {0, 4, 11}), 0.9);
}

TEST(note_finder_test, hears_notes_that_are_out_of_tune) {
  // 42 cents up: hardly nearer to these notes than to the next.
  const double a_hz = 440.0 * std::exp2(0.42 / 12.0);
  EXPECT_GT(share_of(profile_of(sounding({57, 61, 64}, a_hz)), {9, 1, 4}), 0.9);
}

TEST(note_finder_test, makes_the_same_of_any_cut) {
  const auto samples = sounding({48, 64, 67});
  static const auto transforms = io::open_fftw_fourier();
  tonal_meter meter{*transforms};
  for (std::size_t i = 0; i < samples.size(); i += 777)
    meter.push(
      {samples.data() + i, std::min<std::size_t>(777, samples.size() - i)});
  meter.finish();
  EXPECT_EQ(meter.profile(), profile_of(samples));
}

} // namespace
} // namespace troupe::audio
