#include "tests/fuzz/audio_subject.hpp"

#include "domain/audio/analysis.hpp"
#include "io/chromaprint_audio_fingerprint.hpp"
#include "io/fftw_fourier.hpp"
#include "io/sndfile_audio_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace troupe::fuzz {

namespace {

constexpr std::size_t block_frames_max = 65'536;

/// Names the first figure that is no number.
std::string odd_figure(const audio::audio_record& record) {
  const auto odd = [](double value) {
    return !std::isfinite(value);
  };
  for (const float value : record.embedding)
    if (odd(static_cast<double>(value)))
      return "a component of the embedding is no number";
  if (record.integrity && odd(record.integrity->dc_offset))
    return "the offset is no number";
  if (record.loudness.integrated_lufs && odd(*record.loudness.integrated_lufs))
    return "the loudness is no number";
  if (!record.timbre)
    return {};
  for (const double value : record.timbre->mfcc_mean)
    if (odd(value))
      return "a cepstral mean is no number";
  if (odd(record.timbre->energy) || odd(record.timbre->centroid_hz)
      || odd(record.timbre->brightness.value_or(0.0))
      || odd(record.timbre->danceability.value_or(0.0)))
    return "a figure of timbre is no number";
  return {};
}

std::string odd_format(const audio::pcm_format& format) {
  if (format.sample_rate_hz < 1 || format.sample_rate_hz > 768'000)
    return fmt::format("a rate of {} Hz", format.sample_rate_hz);
  if (format.channels < 1 || format.channels > 64)
    return fmt::format("{} channels", format.channels);
  return {};
}

} // namespace

audio_subject::audio_subject()
  : decoders_(io::open_sndfile_audio_decoder()),
    fourier_(io::open_fftw_fourier()),
    fingerprints_(io::open_chromaprint_audio_fingerprint()) {}

subject_end audio_subject::run(const std::string& path, std::string& wrong) {
  auto opened = decoders_->open(path);
  if (!opened) {
    if (opened.failure().detail.empty())
      wrong = "refused without a reason";
    return subject_end::refused;
  }
  auto& decoder = *opened.value();
  const auto format = decoder.format();
  wrong = odd_format(format);
  if (!wrong.empty())
    return subject_end::failed;
  audio::analysis analysis{*fourier_, format};
  auto fingerprint = fingerprints_->begin(format);
  std::int64_t frames = 0;
  for (;;) {
    const auto block = decoder.next();
    if (!block) {
      if (block.failure().detail.empty())
        wrong = "failed without a reason";
      return subject_end::failed;
    }
    if (block->samples.empty())
      break;
    frames += static_cast<std::int64_t>(block->frames());
    if (block->frames() > block_frames_max)
      wrong = fmt::format("a block of {} frames", block->frames());
    if (format.frames > 0 && frames > format.frames)
      wrong =
        fmt::format("{} frames where {} are claimed", frames, format.frames);
    if (!std::all_of(block->samples.begin(), block->samples.end(),
                     [](float x) { return std::isfinite(x); }))
      wrong = "a sample is no number";
    if (!wrong.empty())
      return subject_end::failed;
    analysis.push(*block);
    if (fingerprint && !fingerprint.value()->push(*block))
      wrong = "the fingerprint failed";
  }
  wrong = odd_figure(analysis.finish());
  if (fingerprint && !fingerprint.value()->finish())
    wrong = "the fingerprint did not finish";
  return subject_end::decoded;
}

} // namespace troupe::fuzz
