#include "domain/audio/loudness.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <span>

namespace troupe::audio {

namespace {

constexpr double absolute_gate_lufs = -70.0;
constexpr double relative_gate_lu = -10.0;
constexpr double range_gate_lu = -20.0;
/// BS.1770-4 cancels the K-weighting's gain at 997 Hz with this.
constexpr double loudness_offset_db = -0.691;
constexpr std::size_t shortterm_steps = 30;
constexpr double replaygain_reference_lufs = -18.0;

double lufs_of(double energy) {
  return loudness_offset_db + 10.0 * std::log10(energy);
}

double energy_of(double lufs) {
  return std::pow(10.0, (lufs - loudness_offset_db) / 10.0);
}

/// Means of each `steps` energies in a row.
std::vector<double> windows(const std::vector<double>& energies,
                            std::size_t steps) {
  std::vector<double> out;
  if (energies.size() < steps)
    return out;
  out.reserve(energies.size() - steps + 1);
  for (std::size_t i = 0; i + steps <= energies.size(); ++i) {
    double sum = 0.0;
    for (std::size_t k = 0; k < steps; ++k)
      sum += energies[i + k];
    out.push_back(sum / static_cast<double>(steps));
  }
  return out;
}

/// Mean of the energies at or above a gate; 0 when there is none.
double gated_mean(std::span<const double> energies, double gate) {
  double sum = 0.0;
  std::size_t count = 0;
  for (const double energy : energies)
    if (energy >= gate) {
      sum += energy;
      ++count;
    }
  return count == 0 ? 0.0 : sum / static_cast<double>(count);
}

std::optional<double> integrated(std::span<const double> momentary) {
  const double floor = energy_of(absolute_gate_lufs);
  const double ungated = gated_mean(momentary, floor);
  if (ungated <= 0.0)
    return std::nullopt;
  const double relative = ungated * std::pow(10.0, relative_gate_lu / 10.0);
  return lufs_of(gated_mean(momentary, std::max(floor, relative)));
}

/// EBU Tech 3342: spread between the 10th and the 95th percentile.
std::optional<double> range(std::vector<double> shortterm) {
  const double floor = energy_of(absolute_gate_lufs);
  const double ungated = gated_mean(shortterm, floor);
  if (ungated <= 0.0)
    return std::nullopt;
  const double gate =
    std::max(floor, ungated * std::pow(10.0, range_gate_lu / 10.0));
  std::erase_if(shortterm, [gate](double energy) { return energy < gate; });
  if (shortterm.empty())
    return std::nullopt;
  std::sort(shortterm.begin(), shortterm.end());
  const auto at = [&](double share) {
    const auto last = static_cast<double>(shortterm.size() - 1);
    return shortterm[static_cast<std::size_t>(std::lround(last * share))];
  };
  return lufs_of(at(0.95)) - lufs_of(at(0.10));
}

std::optional<double> loudest(std::span<const double> energies) {
  const auto most = std::max_element(energies.begin(), energies.end());
  if (most == energies.end() || *most <= 0.0)
    return std::nullopt;
  return lufs_of(*most);
}

} // namespace

// -- channels -----------------------------------------------------------------

double channel_weight(std::size_t channel, std::size_t channels) {
  assert(channel < channels);
  constexpr double beside = 1.41;
  switch (channels) {
  case 4: // FL FR BL BR
    return channel >= 2 ? beside : 1.0;
  case 5: // FL FR FC BL BR
    return channel >= 3 ? beside : 1.0;
  case 6: // FL FR FC LFE BL BR
    return channel == 3 ? 0.0 : channel >= 4 ? beside : 1.0;
  case 7: // FL FR FC LFE BC SL SR
    return channel == 3 ? 0.0 : channel >= 5 ? beside : 1.0;
  case 8: // FL FR FC LFE BL BR SL SR; with sides, the backs are behind
    return channel == 3 ? 0.0 : channel >= 6 ? beside : 1.0;
  default:
    return 1.0;
  }
}

// -- streaming ----------------------------------------------------------------

loudness_meter::loudness_meter(int sample_rate_hz, std::size_t channels)
  : channels_(channels), states_((channels + 1) / 2) {
  assert(sample_rate_hz >= 1 && channels >= 1);
  if (sample_rate_hz < k_weighting_rate_min_hz)
    return;
  weighting_ = k_weighting_for(sample_rate_hz);
  step_frames_ = (static_cast<std::size_t>(sample_rate_hz) + 5) / 10;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const std::size_t second = 2 * i + 1;
    states_[i].weight =
      pair{channel_weight(2 * i, channels),
           second < channels ? channel_weight(second, channels) : 0.0};
  }
}

void loudness_meter::push(const planar_block& block) {
  assert(block.channels == channels_);
  if (step_frames_ == 0)
    return;
  std::size_t done = 0;
  while (done < block.frames) {
    const std::size_t part_end = (part_ + 1) * step_frames_ / parts;
    const std::size_t now =
      std::min(block.frames - done, part_end - step_filled_);
    for (std::size_t i = 0; i < states_.size(); ++i) {
      const float* left = block.channel(2 * i).data() + done;
      const bool has_right = 2 * i + 1 < channels_;
      const float* right =
        has_right ? block.channel(2 * i + 1).data() + done : left;
      filter(left, right, now, states_[i]);
    }
    done += now;
    step_filled_ += now;
    if (step_filled_ == part_end)
      close_part();
    if (step_filled_ == step_frames_)
      close_step();
  }
}

void loudness_meter::filter(const float* left, const float* right,
                            std::size_t frames, pair_state& state) const {
  const auto [b0, b1, b2, a1, a2] = weighting_.shelf;
  const double c1 = weighting_.high_pass.a1;
  const double c2 = weighting_.high_pass.a2;
  pair_state now = state;
  // Direct form 1: only a multiply and a subtract lie between one output and
  // the next; the transposed form has one addition more on that path.
  for (std::size_t i = 0; i < frames; ++i) {
    const pair x{static_cast<double>(left[i]), static_cast<double>(right[i])};
    const pair s =
      ((b0 * x + b1 * now.x1 + b2 * now.x2) - a2 * now.s2) - a1 * now.s1;
    const pair y =
      ((s - (now.s1 + now.s1) + now.s2) - c2 * now.y2) - c1 * now.y1;
    now.energy += y * y;
    now.x2 = now.x1;
    now.x1 = x;
    now.s2 = now.s1;
    now.s1 = s;
    now.y2 = now.y1;
    now.y1 = y;
  }
  state = now;
}

double loudness_meter::step_energy() const {
  double sum = 0.0;
  for (const auto& state : states_) {
    sum += state.energy[0] * state.weight[0];
    sum += state.energy[1] * state.weight[1];
  }
  return sum;
}

void loudness_meter::close_part() {
  const double so_far = step_energy();
  const std::size_t place = (energies_.size() * parts + part_) % recent_.size();
  recent_[place] = so_far - before_part_;
  before_part_ = so_far;
  ++part_;
  // Fewer than four steps: the window is not complete.
  if (energies_.size() + 1 < momentary_steps
      || (energies_.size() + 1 == momentary_steps && part_ < parts))
    return;
  double sum = 0.0;
  for (const double energy : recent_)
    sum += energy;
  momentary_max_ = std::max(
    momentary_max_, sum / static_cast<double>(momentary_steps * step_frames_));
}

void loudness_meter::close_step() {
  // Decaying tails must not reach denormal numbers, which are slow; a step is
  // a fixed place in the programme, so this depends on no block size.
  constexpr double smallest = 1e-30;
  const auto flush = [](pair& value) {
    for (int lane = 0; lane < 2; ++lane)
      if (std::abs(value[lane]) < smallest)
        value[lane] = 0.0;
  };
  energies_.push_back(step_energy() / static_cast<double>(step_frames_));
  for (auto& state : states_) {
    state.energy = pair{};
    for (pair* value : {&state.s1, &state.s2, &state.y1, &state.y2})
      flush(*value);
  }
  step_filled_ = 0;
  part_ = 0;
  before_part_ = 0.0;
}

// -- results ------------------------------------------------------------------

loudness_figures loudness_meter::figures() const {
  const auto momentary = windows(energies_, momentary_steps);
  auto shortterm = windows(energies_, shortterm_steps);
  loudness_figures out;
  out.integrated_lufs = integrated(momentary);
  if (momentary_max_ > 0.0)
    out.momentary_max_lufs = lufs_of(momentary_max_);
  out.shortterm_max_lufs = loudest(shortterm);
  out.range_lu = range(std::move(shortterm));
  if (out.integrated_lufs)
    out.replaygain_track_db = replaygain_reference_lufs - *out.integrated_lufs;
  return out;
}

std::optional<double>
album_loudness_lufs(std::span<const std::vector<double>> energies) {
  std::vector<double> all;
  for (const auto& track : energies) {
    const auto momentary = windows(track, loudness_meter::momentary_steps);
    all.insert(all.end(), momentary.begin(), momentary.end());
  }
  return integrated(all);
}

} // namespace troupe::audio
