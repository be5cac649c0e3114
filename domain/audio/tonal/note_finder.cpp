#include "domain/audio/tonal/note_finder.hpp"

#include "domain/audio/lane_kernels.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::audio {

namespace {

constexpr int overtones = 20;
constexpr double overtone_share = 0.7;
/// A partial is this many bins wide to either side.
constexpr double half_width = 2.0;
/// More change the keys of nothing that was tried.
constexpr int sweeps = 4;

TROUPE_CLONES
void weigh(const lanes* from, const float* weights, std::size_t count,
           lanes* out) {
  out->v = weighted_sum(from, weights, count);
}

/// Sets one note to its best and takes the change off what is left to explain.
TROUPE_CLONES
void settle(const float* products, std::size_t note, lanes* found,
            lanes* left) {
  const lane_floats before = found[note].v;
  const lane_floats now =
    larger(before + left[note].v / products[note], lane_floats{});
  const lane_floats change = now - before;
  found[note].v = now;
  for (std::size_t i = 0; i < note_finder::notes; ++i)
    left[i].v -= change * products[i];
}

} // namespace

note_finder::note_finder() : tuned_(pitch_spectrum::bins) {
  std::vector<std::vector<float>> whole;
  for (std::size_t note = 0; note < notes; ++note) {
    std::vector<float> bins(pitch_spectrum::bins, 0.0F);
    double share = 1.0;
    for (int overtone = 1; overtone <= overtones; ++overtone) {
      const double at = (static_cast<double>(note) + 12.0 * std::log2(overtone))
                        * static_cast<double>(pitch_spectrum::bins_a_semitone);
      const auto first =
        static_cast<std::size_t>(std::max(0.0, std::ceil(at - half_width)));
      for (auto bin = first;
           bin < bins.size() && static_cast<double>(bin) < at + half_width;
           ++bin)
        bins[bin] += static_cast<float>(
          share
          * std::cos(std::numbers::pi / 2.0 * (static_cast<double>(bin) - at)
                     / half_width));
      share *= overtone_share;
    }
    const auto used = [](float weight) {
      return weight > 0.0F;
    };
    const auto from = std::find_if(bins.begin(), bins.end(), used);
    const auto to = std::find_if(bins.rbegin(), bins.rend(), used).base();
    shapes_.push_back({static_cast<std::size_t>(from - bins.begin()),
                       std::vector<float>(from, to)});
    whole.push_back(std::move(bins));
  }
  for (std::size_t a = 0; a < notes; ++a)
    for (std::size_t b = 0; b < notes; ++b) {
      double sum = 0.0;
      for (std::size_t bin = 0; bin < pitch_spectrum::bins; ++bin)
        sum += static_cast<double>(whole[a][bin])
               * static_cast<double>(whole[b][bin]);
      products_.at(a).at(b) = static_cast<float>(sum);
    }
}

std::span<const lanes> note_finder::find(std::span<const lanes> spectrum,
                                         double tuning) {
  assert(spectrum.size() == pitch_spectrum::bins);
  const double shift =
    tuning * static_cast<double>(pitch_spectrum::bins_a_semitone);
  for (std::size_t bin = 0; bin < tuned_.size(); ++bin) {
    const double at = std::clamp(static_cast<double>(bin) + shift, 0.0,
                                 static_cast<double>(pitch_spectrum::bins - 1));
    const auto below =
      std::min(static_cast<std::size_t>(at), pitch_spectrum::bins - 2);
    const auto part = static_cast<float>(at - static_cast<double>(below));
    tuned_[bin].v =
      spectrum[below].v * (1.0F - part) + spectrum[below + 1].v * part;
  }
  found_ = {};
  std::array<float, notes> strength{};
  for (std::size_t note = 0; note < notes; ++note) {
    const auto& one = shapes_[note];
    weigh(tuned_.data() + one.first_bin, one.weights.data(), one.weights.size(),
          &left_.at(note));
    strength.at(note) = sum_of_lanes(left_.at(note).v);
    order_.at(note) = note;
  }
  // What explains most is settled first: four sweeps are then enough.
  std::stable_sort(order_.begin(), order_.end(),
                   [&](std::size_t a, std::size_t b) {
                     return strength.at(a) > strength.at(b);
                   });
  for (int sweep = 0; sweep < sweeps; ++sweep)
    for (const auto note : order_)
      settle(products_.at(note).data(), note, found_.data(), left_.data());
  return found_;
}

} // namespace troupe::audio
