#include "domain/audio/analysis.hpp"

#include "domain/audio/lane_kernels.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace troupe::audio {

namespace {

/// A multiple of every kernel's step; 16 kB per channel stay in the cache.
constexpr std::size_t chunk_frames = 4096;

/// Under this rate there is no spectrum worth a description, and bringing it
/// to 22,050 Hz would blow every block up.
constexpr int timbre_rate_min_hz = 1000;

/// Splits a block's frames `[first, first + frames)` into rows, from `to` on
/// in the first row, `chunk_frames` apart.
void separate(const pcm_block& block, std::size_t first, std::size_t frames,
              float* to) {
  const auto channels = static_cast<std::size_t>(block.channels);
  const float* samples = block.samples.data() + first * channels;
  if (channels == 2) {
    float* right = to + chunk_frames;
    for (std::size_t i = 0; i < frames; ++i) {
      to[i] = samples[2 * i];
      right[i] = samples[2 * i + 1];
    }
    return;
  }
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t i = 0; i < frames; ++i)
      to[c * chunk_frames + i] = samples[i * channels + c];
}

/// mono[i] = mean of the channels, 0 where nobody could hear it: filters
/// would turn it into denormal numbers, which are slow.
/// @pre rows hold whole lanes
TROUPE_CLONES
void mix(const float* rows, std::size_t stride, std::size_t channels,
         float* mono, std::size_t frames) {
  const float share = 1.0F / static_cast<float>(channels);
  const lane_floats smallest = fill_lanes(1e-20F);
  for (std::size_t i = 0; i < frames; i += lane_count) {
    lane_floats sum{};
    for (std::size_t c = 0; c < channels; ++c)
      sum += load_lanes(rows + c * stride + i);
    const lane_floats mean = sum * share;
    store_lanes(mono + i, absolute(mean) > smallest ? mean : lane_floats{});
  }
}

/// Sum of squares of at most one chunk, in eight float sums of 512 terms.
TROUPE_CLONES
float square_sum(const float* samples, std::size_t frames) {
  lane_floats sum{};
  std::size_t i = 0;
  for (; i + lane_count <= frames; i += lane_count) {
    const lane_floats x = load_lanes(samples + i);
    sum += x * x;
  }
  float total = sum_of_lanes(sum);
  for (; i < frames; ++i)
    total += samples[i] * samples[i];
  return total;
}

} // namespace

analysis::analysis(const fourier_source& transforms, const pcm_format& format)
  : format_(format), channels_(static_cast<std::size_t>(format.channels)),
    planar_(channels_ * chunk_frames), mono_(chunk_frames),
    loudness_(format.sample_rate_hz, channels_),
    true_peak_(format.sample_rate_hz, channels_),
    structure_(format.sample_rate_hz),
    resampler_(format.sample_rate_hz, timbre_meter::sample_rate_hz),
    spectra_(transforms, timbre_meter::layout),
    power_(timbre_meter::layout.bins()), rhythm_(transforms) {
  assert(format.channels >= 1 && format.channels <= 64);
}

void analysis::push(const pcm_block& block) {
  assert(static_cast<std::size_t>(block.channels) == channels_);
  const std::size_t frames = block.frames();
  for (std::size_t first = 0; first < frames;) {
    const std::size_t now = std::min(frames - first, chunk_frames - filled_);
    separate(block, first, now, planar_.data() + filled_);
    first += now;
    filled_ += now;
    if (filled_ == chunk_frames)
      process_chunk();
  }
}

planar_block analysis::chunk() const noexcept {
  return {planar_.data(), chunk_frames, filled_, channels_};
}

void analysis::process_chunk() {
  const auto block = chunk();
  loudness_.push(block);
  true_peak_.push(block);
  structure_.push(block);
  mix(planar_.data(), chunk_frames, channels_, mono_.data(), filled_);
  square_sum_ += static_cast<double>(square_sum(mono_.data(), filled_));
  if (format_.sample_rate_hz >= timbre_rate_min_hz) {
    resampled_.clear();
    resampler_.push({mono_.data(), filled_}, resampled_);
    describe(resampled_);
  }
  frames_ += static_cast<std::int64_t>(filled_);
  filled_ = 0;
}

void analysis::describe(std::span<const float> samples) {
  timbre_.push_samples(samples);
  rhythm_.push(samples);
  // Pieces, so that a large block does not pile up in the framer.
  constexpr std::size_t piece = 8 * stft::usual_hop_samples;
  while (!samples.empty()) {
    const auto now = std::min(piece, samples.size());
    spectra_.push(samples.first(now));
    samples = samples.subspan(now);
    take_spectra();
  }
}

void analysis::take_spectra() {
  for (auto frames = spectra_.next(power_); frames > 0;
       frames = spectra_.next(power_)) {
    timbre_.push_spectra(power_, frames);
    tonal_.push_spectra(power_, frames);
  }
}

audio_record analysis::finish() {
  if (filled_ > 0)
    process_chunk();
  true_peak_.finish();
  if (format_.sample_rate_hz >= timbre_rate_min_hz) {
    resampled_.clear();
    resampler_.finish(resampled_);
    describe(resampled_);
  }
  spectra_.finish();
  take_spectra();
  timbre_.finish();
  rhythm_.finish();

  audio_record out;
  out.sample_rate_hz = format_.sample_rate_hz;
  out.channels = format_.channels;
  out.codec = format_.codec;
  out.duration_s =
    static_cast<double>(frames_) / static_cast<double>(format_.sample_rate_hz);
  if (frames_ == 0)
    return out;
  out.loudness = loudness_.figures();
  if (true_peak_.peak() > 0.0F)
    out.loudness.true_peak_dbtp =
      20.0 * std::log10(static_cast<double>(true_peak_.peak()));
  out.timbre = timbre_.figures();
  if (out.timbre)
    out.timbre->energy = std::sqrt(square_sum_ / static_cast<double>(frames_));
  out.chroma = timbre_.chroma();
  out.tonal = tonal_.figures();
  out.rhythm = rhythm_.figures();
  out.structure = structure_.figures();
  return out;
}

} // namespace troupe::audio
