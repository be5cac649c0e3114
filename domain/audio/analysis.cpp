#include "domain/audio/analysis.hpp"

#include "domain/audio/descriptors/dynamic_complexity.hpp"
#include "domain/audio/lane_kernels.hpp"
#include "domain/audio/likeness/embedding.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <string_view>
#include <utility>

namespace troupe::audio {

namespace {

/// A multiple of every kernel's step; 16 kB per channel stay in the cache.
constexpr std::size_t chunk_frames = 4096;

/// Under this rate there is no spectrum worth a description, and bringing it
/// to 22,050 Hz would blow every block up.
constexpr int timbre_rate_min_hz = 1000;

/// Percentiles of the record.
constexpr std::array<double, 3> described_shares{0.1, 0.5, 0.9};

/// Sum of |X|² of noise of mean square 1, in dB: 2048² / 2 through Hann's
/// window, whose mean square is 3/8.
const double full_scale_noise_db =
  10.0 * std::log10(2048.0 * 2048.0 * 0.5 * 0.375);

bool is_lossless(std::string_view codec) {
  return codec == "flac" || codec == "alac" || codec.starts_with("pcm_");
}

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
    power_(timbre_meter::layout.bins()), tonal_(transforms),
    rhythm_(transforms), checks_(channels_),
    cutoff_(transforms, format.sample_rate_hz) {
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
  checks_.push(block);
  mix(planar_.data(), chunk_frames, channels_, mono_.data(), filled_);
  square_sum_ += static_cast<double>(square_sum(mono_.data(), filled_));
  cutoff_.push({mono_.data(), filled_});
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
  tonal_.push(samples);
  dance_.push(samples);
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
       frames = spectra_.next(power_))
    timbre_.push_spectra(power_, frames);
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
  tonal_.finish();

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
  add_descriptors(out);
  out.integrity = integrity();
  if (const auto found = likeness())
    out.embedding = embed(*found);
  return out;
}

void analysis::add_descriptors(audio_record& out) const {
  out.loudness.dynamic_complexity_db =
    dynamic_complexity_db(loudness_.energies());
  const auto& sound = timbre_.likeness().sound();
  if (!out.timbre || sound.frames() == 0)
    return;
  out.timbre->danceability = dance_.danceability();
  out.timbre->brightness = sound.brightness().mean();
  std::array<double, 3> levels{};
  std::array<double, 3> centroids{};
  for (std::size_t i = 0; i < described_shares.size(); ++i) {
    levels[i] =
      sound.levels_db().percentile(described_shares[i]) - full_scale_noise_db;
    centroids[i] =
      std::exp2(sound.centroids_octaves().percentile(described_shares[i]));
  }
  out.loudness.level_percentiles_dbfs = levels;
  out.timbre->centroid_percentiles_hz = centroids;
}

integrity_figures analysis::integrity() const {
  integrity_figures out;
  // Encoders pad, and MP3 headers count whole frames: a little is no loss.
  const auto tolerance = std::max<std::int64_t>(4096, format_.frames / 1000);
  out.is_truncated = format_.frames > 0 && frames_ + tolerance < format_.frames;
  out.clipped_runs = checks_.clipped_runs();
  out.dc_offset = checks_.dc_offset();
  out.stereo_width = checks_.stereo_width();
  out.is_mono_as_stereo = checks_.is_mono_as_stereo();
  out.cutoff_hz = cutoff_.cutoff_hz();
  out.looks_lossy = out.cutoff_hz && is_lossless(format_.codec);
  return out;
}

std::optional<raw_likeness> analysis::likeness() const {
  return timbre_.likeness().figures(checks_.stereo_width());
}

} // namespace troupe::audio
