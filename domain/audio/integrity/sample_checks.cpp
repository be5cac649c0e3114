#include "domain/audio/integrity/sample_checks.hpp"

#include "domain/audio/lane_kernels.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace troupe::audio {

namespace {

/// How far under the peak a flat run may lie.
constexpr float flatness = 1.0F / 16384.0F;
constexpr float step_min = 8.0F * flatness;
constexpr std::int64_t run_length_min = 3;

/// Runs are looked for over -12 dBFS only.
constexpr float peak_min = 0.25F;

/// -70 dB.
constexpr double mono_width_max = 1e-7;

struct channel_sums {
  float sum = 0.0F;
  float peak = 0.0F;
};

/// Sum and absolute peak of at most one chunk.
TROUPE_CLONES
void sum_up(const float* samples, std::size_t frames, channel_sums* out) {
  lane_floats sum{};
  lane_floats peak{};
  std::size_t i = 0;
  for (; i + lane_count <= frames; i += lane_count) {
    const lane_floats x = load_lanes(samples + i);
    sum += x;
    peak = larger(absolute(x), peak);
  }
  out->sum = sum_of_lanes(sum);
  out->peak = largest_lane(peak);
  for (; i < frames; ++i) {
    out->sum += samples[i];
    const float level = samples[i] < 0.0F ? -samples[i] : samples[i];
    out->peak = level > out->peak ? level : out->peak;
  }
}

struct pair_power {
  float side = 0.0F;
  float both = 0.0F;
};

/// Sums of (l - r)² and of (l - r)² + (l + r)² = 2 (l² + r²).
TROUPE_CLONES
void compare(const float* left, const float* right, std::size_t frames,
             pair_power* out) {
  lane_floats side{};
  lane_floats both{};
  std::size_t i = 0;
  for (; i + lane_count <= frames; i += lane_count) {
    const lane_floats l = load_lanes(left + i);
    const lane_floats r = load_lanes(right + i);
    const lane_floats apart = l - r;
    side += apart * apart;
    both += l * l + r * r;
  }
  out->side = sum_of_lanes(side);
  out->both = sum_of_lanes(both);
  for (; i < frames; ++i) {
    const float apart = left[i] - right[i];
    out->side += apart * apart;
    out->both += left[i] * left[i] + right[i] * right[i];
  }
  out->both *= 2.0F;
}

} // namespace

sample_checks::sample_checks(std::size_t channels) : states_(channels) {
  assert(channels >= 1);
}

void sample_checks::push(const planar_block& block) {
  assert(block.channels == states_.size());
  for (std::size_t c = 0; c < block.channels && block.frames > 0; ++c) {
    auto& state = states_[c];
    const float* samples = block.channel(c).data();
    channel_sums found;
    sum_up(samples, block.frames, &found);
    state.sum += static_cast<double>(found.sum);
    if (found.peak > state.peak + flatness) {
      // What lay flat below was no ceiling.
      state.runs = 0;
      state.run_length = 0;
    }
    state.peak = std::max(state.peak, found.peak);
    if (state.peak >= peak_min && found.peak >= state.peak - flatness)
      find_runs(samples, block.frames, state);
    else
      end_run(state);
    state.before = samples[block.frames - 1];
  }
  if (block.channels >= 2) {
    pair_power found;
    compare(block.channel(0).data(), block.channel(1).data(), block.frames,
            &found);
    side_ += static_cast<double>(found.side);
    both_ += static_cast<double>(found.both);
  }
  frames_ += static_cast<std::int64_t>(block.frames);
}

void sample_checks::find_runs(const float* samples, std::size_t frames,
                              channel_state& state) {
  const float ceiling = state.peak - flatness;
  float before = state.before;
  for (std::size_t i = 0; i < frames; ++i) {
    const float x = samples[i];
    const bool at_ceiling = x >= ceiling || x <= -ceiling;
    if (at_ceiling && state.run_length > 0 && (x > 0.0F) == (before > 0.0F)) {
      ++state.run_length;
    } else {
      end_run(state);
      if (at_ceiling && std::abs(x - before) >= step_min)
        state.run_length = 1;
    }
    before = x;
  }
}

void sample_checks::end_run(channel_state& state) {
  if (state.run_length >= run_length_min)
    ++state.runs;
  state.run_length = 0;
}

std::int64_t sample_checks::clipped_runs() const {
  std::int64_t all = 0;
  for (const auto& state : states_)
    all += state.runs + (state.run_length >= run_length_min ? 1 : 0);
  return all;
}

double sample_checks::dc_offset() const {
  double most = 0.0;
  for (const auto& state : states_)
    if (frames_ > 0)
      most = std::max(most, std::abs(state.sum) / static_cast<double>(frames_));
  return most;
}

double sample_checks::stereo_width() const {
  return both_ > 0.0 ? side_ / both_ : 0.0;
}

bool sample_checks::is_mono_as_stereo() const {
  return states_.size() >= 2 && both_ > 0.0 && stereo_width() < mono_width_max;
}

} // namespace troupe::audio
