#include "domain/audio/resampler.hpp"

#include "domain/audio/lane_kernels.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

namespace troupe::audio {

namespace {

/// Kaiser's window parameter for about 80 dB of stop-band attenuation.
constexpr double kaiser_beta = 8.0;
/// Zero crossings of the sinc on each side, at the lower rate.
constexpr double zero_crossings = 24.0;
/// Cut-off as a share of the lower Nyquist frequency.
constexpr double cutoff_share = 0.95;
constexpr std::int64_t phases_max = 1024;
constexpr std::size_t half_band_taps = 32;
/// Input kept before it is filtered: bounds the cost of moving the rest.
constexpr std::size_t pending_max = 16384;

/// Modified Bessel function of order 0 by its power series, which has settled
/// to double precision after 30 terms for x <= 8; the standard library's is
/// ten times slower, and there are up to 400,000 taps.
double bessel_i0(double x) {
  const double quarter = x * x / 4.0;
  double term = 1.0;
  double sum = 1.0;
  for (int k = 1; k <= 30; ++k) {
    term *= quarter / (static_cast<double>(k) * k);
    sum += term;
  }
  return sum;
}

double kaiser(double position) {
  static const double middle = bessel_i0(kaiser_beta);
  if (std::abs(position) >= 1.0)
    return 0.0;
  return bessel_i0(kaiser_beta * std::sqrt(1.0 - position * position)) / middle;
}

double sinc(double x) {
  const double phase = std::numbers::pi * x;
  return x == 0.0 ? 1.0 : std::sin(phase) / phase;
}

/// @pre `taps` is a multiple of 8
TROUPE_CLONES
float dot(const float* samples, const float* weights, std::size_t taps) {
  lane_floats sum{};
  for (std::size_t i = 0; i < taps; i += lane_count)
    sum += load_lanes(samples + i) * load_lanes(weights + i);
  return sum_of_lanes(sum);
}

/// out[m] = even[m]/2 + sum over j of taps[j] (odd[m-1-j] + odd[m+j]), where
/// `even` holds every second sample of `samples`.
/// @pre `out` and `odd` are readable 8 floats beyond the last position
TROUPE_CLONES
void half_band(const float* samples, const float* odd, const float* taps,
               float* out, std::size_t count) {
  for (std::size_t m = 0; m < count; m += lane_count) {
    lane_floats sum{};
    for (std::size_t j = 0; j < half_band_taps; ++j)
      sum += (load_lanes(odd + m + half_band_taps - 1 - j)
              + load_lanes(odd + m + half_band_taps + j))
             * taps[j];
    lane_floats even;
    for (std::size_t lane = 0; lane < lane_count; ++lane)
      even[lane] = samples[2 * (m + lane)];
    store_lanes(out + m, sum + even * 0.5F);
  }
}

} // namespace

resampler::resampler(int from_hz, int to_hz) {
  assert(from_hz >= 1 && to_hz >= 1);
  const int common = std::gcd(from_hz, to_hz);
  phases_ = to_hz / common;
  step_ = from_hz / common;
  if (step_ == 1 && phases_ == 1)
    return;
  if (step_ == 2 && phases_ == 1)
    make_half_band();
  else
    make_phases(from_hz, to_hz);
  // Frames before the first are zeros.
  base_ = -half_;
  pending_.assign(static_cast<std::size_t>(half_), 0.0F);
}

void resampler::make_half_band() {
  half_ = static_cast<std::int64_t>(2 * half_band_taps);
  std::vector<double> taps;
  double sum = 0.0;
  for (std::size_t j = 0; j < half_band_taps; ++j) {
    const double distance = 2.0 * static_cast<double>(j) + 1.0;
    taps.push_back(0.5 * sinc(distance / 2.0)
                   * kaiser(distance / (2.0 * half_band_taps)));
    sum += 2.0 * taps.back();
  }
  for (const double tap : taps)
    half_band_.push_back(static_cast<float>(tap * 0.5 / sum));
}

void resampler::make_phases(int from_hz, int to_hz) {
  // The sinc in input frames: wider when the rate goes down.
  const double shrink =
    std::min(1.0, static_cast<double>(to_hz) / from_hz) * cutoff_share;
  const double reach = zero_crossings / shrink;
  lead_ = static_cast<std::int64_t>(std::ceil(reach));
  taps_ = (static_cast<std::size_t>(2 * lead_) + 2 + lane_count - 1)
          / lane_count * lane_count;
  half_ = static_cast<std::int64_t>(taps_);
  table_phases_ = std::min(phases_, phases_max);
  // One more row than phases, for the interpolation of the last.
  table_.assign(taps_ * static_cast<std::size_t>(table_phases_ + 1), 0.0F);
  std::vector<double> row(taps_);
  for (std::int64_t phase = 0; phase <= table_phases_; ++phase) {
    const double offset =
      static_cast<double>(phase) / static_cast<double>(table_phases_);
    for (std::size_t tap = 0; tap < taps_; ++tap) {
      const double distance =
        static_cast<double>(static_cast<std::int64_t>(tap) - lead_) - offset;
      row[tap] = sinc(distance * shrink) * kaiser(distance / reach);
    }
    const double sum = std::accumulate(row.begin(), row.end(), 0.0);
    for (std::size_t tap = 0; tap < taps_; ++tap)
      table_[static_cast<std::size_t>(phase) * taps_ + tap] =
        static_cast<float>(row[tap] / sum);
  }
}

void resampler::push(std::span<const float> samples, std::vector<float>& out) {
  if (step_ == 1 && phases_ == 1) {
    out.insert(out.end(), samples.begin(), samples.end());
    return;
  }
  while (!samples.empty()) {
    const auto now = std::min(samples.size(), pending_max);
    pending_.insert(pending_.end(), samples.begin(),
                    samples.begin() + static_cast<std::ptrdiff_t>(now));
    frames_in_ += static_cast<std::int64_t>(now);
    samples = samples.subspan(now);
    // Output m needs input up to m * step / phases + half.
    run(out, ((frames_in_ - half_) * phases_ + step_ - 1) / step_);
  }
}

void resampler::finish(std::vector<float>& out) {
  if (step_ == 1 && phases_ == 1)
    return;
  // Twice the reach: the half-band reads whole lanes past its last output.
  pending_.insert(pending_.end(), static_cast<std::size_t>(2 * half_) + 64,
                  0.0F);
  run(out, (frames_in_ * phases_ + step_ - 1) / step_);
}

void resampler::run(std::vector<float>& out, std::int64_t end) {
  if (end <= frames_out_)
    return;
  const auto count = static_cast<std::size_t>(end - frames_out_);
  if (!half_band_.empty()) {
    run_half_band(out, count);
  } else {
    out.reserve(out.size() + count);
    for (; frames_out_ < end; ++frames_out_)
      out.push_back(at(frames_out_ * step_));
  }
  forget();
}

float resampler::at(std::int64_t position) const {
  const std::int64_t frame = position / phases_;
  const std::int64_t phase = position % phases_;
  const float* first = pending_.data() + (frame - lead_ - base_);
  const std::int64_t scaled = phase * table_phases_;
  const std::int64_t row = scaled / phases_;
  const float* weights = table_.data() + static_cast<std::size_t>(row) * taps_;
  const float low = dot(first, weights, taps_);
  if (scaled % phases_ == 0)
    return low;
  const float high = dot(first, weights + taps_, taps_);
  const float share =
    static_cast<float>(scaled % phases_) / static_cast<float>(phases_);
  return low + (high - low) * share;
}

void resampler::run_half_band(std::vector<float>& out, std::size_t count) {
  // Output m needs the odd frames 2m + 1 - 2 taps … 2m - 1 + 2 taps.
  const auto taps = static_cast<std::int64_t>(half_band_taps);
  const float* samples = pending_.data() + (2 * frames_out_ - base_);
  const std::size_t whole = (count + lane_count - 1) / lane_count * lane_count;
  odd_.resize(whole + 2 * half_band_taps);
  const float* first_odd = samples + 1 - 2 * taps;
  const auto readable =
    static_cast<std::size_t>(pending_.data() + pending_.size() - first_odd);
  for (std::size_t i = 0; i < odd_.size(); ++i)
    odd_[i] = 2 * i < readable ? first_odd[2 * i] : 0.0F;
  // The even samples of the last, unfinished lanes must be readable too.
  pending_.resize(pending_.size() + 2 * lane_count, 0.0F);
  const auto before = out.size();
  out.resize(before + whole);
  half_band(pending_.data() + (2 * frames_out_ - base_), odd_.data(),
            half_band_.data(), out.data() + before, whole);
  out.resize(before + count);
  pending_.resize(pending_.size() - 2 * lane_count);
  frames_out_ += static_cast<std::int64_t>(count);
}

void resampler::forget() {
  // Keep what the next output reaches back to.
  const std::int64_t first = frames_out_ * step_ / phases_ - half_;
  const std::int64_t drop = std::clamp<std::int64_t>(
    first - base_, 0, static_cast<std::int64_t>(pending_.size()));
  pending_.erase(pending_.begin(), pending_.begin() + drop);
  base_ += drop;
}

} // namespace troupe::audio
