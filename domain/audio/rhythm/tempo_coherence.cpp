#include "domain/audio/rhythm/tempo_coherence.hpp"

#include "domain/audio/rhythm/beat_grid.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

namespace troupe::audio {

namespace {

constexpr double rate_hz = band_onset_meter::rate_hz;
/// 4 s: several beats, and no tempo moves far within it.
constexpr std::size_t piece_frames = 400;
constexpr std::size_t harmonics = 3;
/// Beat, half-beat, quarter-beat.
constexpr std::array<double, harmonics> multiples{1.0, 2.0, 4.0};
constexpr double reach = 0.012;

using phasor = std::complex<double>;

struct piece {
  /// Middle of the piece, in frames.
  double centre = 0.0;
  std::array<phasor, harmonics> phasors{};
};

/// Each piece's Fourier transform at `cycles` per frame times the multiples.
std::vector<piece> pieces_of(const envelope& onset, double cycles,
                             const frame_range& range) {
  std::vector<piece> out;
  for (auto first = range.first; first + piece_frames / 2 < range.last;
       first += piece_frames) {
    const auto last = std::min(first + piece_frames, range.last);
    double sum = 0.0;
    for (auto i = first; i < last; ++i)
      sum += static_cast<double>(onset[i]);
    const double mean = sum / static_cast<double>(last - first);
    auto& one = out.emplace_back();
    one.centre = static_cast<double>(first + last) / 2.0;
    for (std::size_t h = 0; h < harmonics; ++h) {
      const double turn = -2.0 * std::numbers::pi * cycles * multiples.at(h);
      const phasor step = std::polar(1.0, turn);
      phasor at = std::polar(1.0, turn * static_cast<double>(first));
      for (auto i = first; i < last; ++i) {
        one.phasors.at(h) += (static_cast<double>(onset[i]) - mean) * at;
        at *= step;
      }
    }
  }
  return out;
}

/// Squared sum over the harmonics of the pieces' joint phasor when the tempo
/// is `shift` cycles per frame faster.
double joint_power(const std::vector<piece>& pieces, double shift) {
  double power = 0.0;
  for (std::size_t h = 0; h < harmonics; ++h) {
    phasor sum{};
    for (const auto& one : pieces)
      sum += one.phasors.at(h)
             * std::polar(1.0, -2.0 * std::numbers::pi * shift * multiples.at(h)
                                 * one.centre);
    power += std::norm(sum);
  }
  return power;
}

} // namespace

coherent_tempo find_coherent_tempo(const onset_envelopes& envelopes, double bpm,
                                   const frame_range& range) {
  const double cycles = bpm / 60.0 / rate_hz;
  const auto pieces = pieces_of(envelopes.full, cycles, range);
  if (pieces.size() < 3)
    return {bpm, 0.0};
  double possible = 1e-12;
  for (std::size_t h = 0; h < harmonics; ++h) {
    double sum = 0.0;
    for (const auto& one : pieces)
      sum += std::abs(one.phasors.at(h));
    possible += sum * sum;
  }
  // A step turns the quarter-beat by a sixteenth from end to end.
  const double step =
    1.0
    / (16.0 * multiples.back() * static_cast<double>(range.last - range.first));
  const auto steps = static_cast<int>(reach * cycles / step);
  int best = 0;
  double most = -1.0;
  for (int i = -steps; i <= steps; ++i) {
    const double power = joint_power(pieces, i * step);
    if (power > most) {
      most = power;
      best = i;
    }
  }
  const double left = joint_power(pieces, (best - 1) * step);
  const double right = joint_power(pieces, (best + 1) * step);
  const double bend = left - 2.0 * most + right;
  const double part = bend < 0.0 ? 0.5 * (left - right) / bend : 0.0;
  const double found = cycles + (best + std::clamp(part, -0.5, 0.5)) * step;
  return {found * rate_hz * 60.0, std::sqrt(most / possible)};
}

double find_beat_phase(const onset_envelopes& envelopes, double bpm,
                       const frame_range& range) {
  constexpr int phases = 48;
  const double from_s = static_cast<double>(range.first) / rate_hz;
  const double to_s = static_cast<double>(range.last) / rate_hz;
  std::array<double, phases> strengths{};
  beat_grid grid;
  grid.period_s = 60.0 / bpm;
  for (int i = 0; i < phases; ++i) {
    grid.origin_s = grid.period_s * i / phases;
    strengths.at(static_cast<std::size_t>(i)) =
      strength_at(envelopes, grid_lines(grid, from_s, to_s), range);
  }
  const auto best = static_cast<int>(
    std::max_element(strengths.begin(), strengths.end()) - strengths.begin());
  grid.origin_s = grid.period_s * best / phases;
  return grid.origin_s
         + mean_offset(envelopes, grid_lines(grid, from_s, to_s), range);
}

} // namespace troupe::audio
