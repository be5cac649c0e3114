#include "domain/audio/structure.hpp"

#include "domain/audio/lane_kernels.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace troupe::audio {

namespace {

/// Slices kept while streaming. Eight times the result, so that the last,
/// uneven merge still leaves at least 1,440 of 1,800 slices.
constexpr std::size_t fine_slices_max = 8 * waveform_slices_max;

/// peaks[i] = max(peaks[i], |samples[i]|).
TROUPE_CLONES
void raise_to(float* peaks, const float* samples, std::size_t frames) {
  std::size_t i = 0;
  for (; i + lane_count <= frames; i += lane_count)
    store_lanes(peaks + i, larger(absolute(load_lanes(samples + i)),
                                  load_lanes(peaks + i)));
  for (; i < frames; ++i)
    peaks[i] = std::max(peaks[i], std::abs(samples[i]));
}

TROUPE_CLONES
float largest_of(const float* values, std::size_t count) {
  lane_floats most{};
  std::size_t i = 0;
  for (; i + lane_count <= count; i += lane_count)
    most = larger(load_lanes(values + i), most);
  float peak = largest_lane(most);
  for (; i < count; ++i)
    peak = std::max(peak, values[i]);
  return peak;
}

/// Halves a list by keeping the larger of each two neighbours.
void merge_neighbours(std::vector<float>& slices) {
  const std::size_t half = slices.size() / 2;
  for (std::size_t i = 0; i < half; ++i)
    slices[i] = std::max(slices[2 * i], slices[2 * i + 1]);
  slices.resize(half);
}

} // namespace

structure_meter::structure_meter(int sample_rate_hz)
  : sample_rate_hz_(sample_rate_hz) {
  assert(sample_rate_hz >= 1);
  slices_.reserve(fine_slices_max);
}

void structure_meter::push(const planar_block& block) {
  frame_peaks_.assign(block.frames, 0.0F);
  for (std::size_t c = 0; c < block.channels; ++c)
    raise_to(frame_peaks_.data(), block.channel(c).data(), block.frames);
  find_silence(block.frames);
  draw(block.frames);
  frames_ += static_cast<std::int64_t>(block.frames);
}

void structure_meter::find_silence(std::size_t frames) {
  if (largest_of(frame_peaks_.data(), frames) <= silence_level)
    return;
  const auto loud = [](float peak) {
    return peak > silence_level;
  };
  if (first_loud_ < 0) {
    const auto first =
      std::find_if(frame_peaks_.begin(), frame_peaks_.end(), loud);
    first_loud_ = frames_ + (first - frame_peaks_.begin());
  }
  const auto last =
    std::find_if(frame_peaks_.rbegin(), frame_peaks_.rend(), loud);
  last_loud_ = frames_ + (frame_peaks_.rend() - last) - 1;
}

void structure_meter::draw(std::size_t frames) {
  std::size_t done = 0;
  while (done < frames) {
    const std::size_t now =
      std::min(frames - done, slice_frames_ - slice_filled_);
    slice_peak_ =
      std::max(slice_peak_, largest_of(frame_peaks_.data() + done, now));
    done += now;
    slice_filled_ += now;
    if (slice_filled_ < slice_frames_)
      continue;
    slices_.push_back(slice_peak_);
    slice_peak_ = 0.0F;
    slice_filled_ = 0;
    if (slices_.size() == fine_slices_max) {
      merge_neighbours(slices_);
      slice_frames_ *= 2;
    }
  }
}

structure_figures structure_meter::figures() const {
  structure_figures out;
  const double rate = sample_rate_hz_;
  const bool silent = first_loud_ < 0;
  const auto leading = silent ? frames_ : first_loud_;
  const auto trailing = silent ? frames_ : frames_ - 1 - last_loud_;
  out.leading_silence_s = static_cast<double>(leading) / rate;
  out.trailing_silence_s = static_cast<double>(trailing) / rate;
  auto slices = slices_;
  if (slice_filled_ > 0)
    slices.push_back(slice_peak_);
  const std::size_t merge =
    (slices.size() + waveform_slices_max - 1) / waveform_slices_max;
  for (std::size_t i = 0; i < slices.size(); i += merge) {
    const auto end = std::min(i + merge, slices.size());
    const float peak = largest_of(slices.data() + i, end - i);
    const float scaled = std::round(std::min(peak, 1.0F) * 255.0F);
    out.waveform_peaks.push_back(static_cast<std::uint8_t>(scaled));
  }
  return out;
}

} // namespace troupe::audio
