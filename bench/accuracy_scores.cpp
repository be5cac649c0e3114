#include "bench/accuracy_scores.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string>

namespace troupe {

namespace {

constexpr double beat_window_s = 0.07;
constexpr double beats_from_s = 5.0;

std::vector<double> after_start(std::span<const double> beats_s) {
  std::vector<double> out;
  for (const double beat_s : beats_s)
    if (beat_s >= beats_from_s)
      out.push_back(beat_s);
  return out;
}

} // namespace

std::optional<audio::musical_key> parse_key(std::string_view text) {
  if (text.empty())
    return std::nullopt;
  constexpr std::array<int, 7> naturals{9, 11, 0, 2, 4, 5, 7}; // A to G
  const int letter = std::toupper(static_cast<unsigned char>(text[0])) - 'A';
  if (letter < 0 || letter > 6)
    return std::nullopt;
  int tonic = naturals.at(static_cast<std::size_t>(letter));
  std::size_t at = 1;
  if (at < text.size() && (text[at] == '#' || text[at] == 'b'))
    tonic += text[at++] == '#' ? 1 : 11;
  std::string mode;
  for (; at < text.size(); ++at)
    if (std::isalpha(static_cast<unsigned char>(text[at])) != 0)
      mode += text[at];
  const bool is_minor = mode == "m" || mode.starts_with("min");
  return audio::musical_key{tonic % 12, is_minor ? audio::key_mode::minor
                                                 : audio::key_mode::major};
}

double key_score(const audio::musical_key& truth,
                 const audio::musical_key& estimate) {
  if (truth == estimate)
    return 1.0;
  const int up = (estimate.tonic - truth.tonic + 12) % 12;
  if (truth.mode == estimate.mode)
    return up == 7 ? 0.5 : 0.0;
  if (up == (truth.mode == audio::key_mode::major ? 9 : 3))
    return 0.3;
  return up == 0 ? 0.2 : 0.0;
}

double beat_score(std::span<const double> truth_s,
                  std::span<const double> estimate_s) {
  const auto truth = after_start(truth_s);
  const auto estimate = after_start(estimate_s);
  if (truth.empty() || estimate.empty())
    return 0.0;
  std::size_t hits = 0;
  std::size_t next = 0;
  for (const double beat_s : truth) {
    while (next < estimate.size() && estimate[next] < beat_s - beat_window_s)
      ++next;
    if (next < estimate.size() && estimate[next] <= beat_s + beat_window_s) {
      ++hits;
      ++next;
    }
  }
  return 2.0 * static_cast<double>(hits)
         / static_cast<double>(truth.size() + estimate.size());
}

tempo_verdict judge_tempo(double truth_bpm, double estimate_bpm) {
  const auto near = [&](double factor, double tolerance) {
    const double wanted = truth_bpm * factor;
    return std::abs(estimate_bpm - wanted) <= tolerance * wanted;
  };
  tempo_verdict out;
  out.right = near(1.0, 0.04);
  out.right_within_1 = near(1.0, 0.01);
  for (const double factor : {1.0, 2.0, 3.0, 1.0 / 2, 1.0 / 3}) {
    out.any_octave = out.any_octave || near(factor, 0.04);
    out.any_octave_within_1 = out.any_octave_within_1 || near(factor, 0.01);
  }
  return out;
}

} // namespace troupe
