#include "bench/styled_score.hpp"

#include "tools/sample/seeded_random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

namespace troupe {

namespace {

using sample::note;
using sample::seeded_random;
using sample::voice;

constexpr int steps_a_beat = 4;
constexpr std::array<int, 7> major_steps{0, 2, 4, 5, 7, 9, 11};
constexpr std::array<int, 7> minor_steps{0, 2, 3, 5, 7, 8, 10};
/// Degrees of the chords of four bars, 0 = tonic.
constexpr std::array<std::array<int, 4>, 4> progressions{
  {{0, 4, 5, 3}, {0, 5, 3, 4}, {0, 3, 0, 4}, {0, 0, 3, 4}}};

/// Writes one piece bar by bar.
class writer {
public:
  writer(const style& how, double length_s, std::uint64_t seed)
    : how_(how), length_s_(length_s), random_(seed) {
    out_.bpm = random_.between(how.slowest_bpm, how.fastest_bpm);
    // Machines are set to whole or half beats per minute.
    if (how.drift == 0.0)
      out_.bpm = std::round(out_.bpm * 2.0) / 2.0;
    out_.key = {random_.below(12), random_.below(2) == 0
                                     ? audio::key_mode::major
                                     : audio::key_mode::minor};
    chords_ = progressions.at(static_cast<std::size_t>(random_.below(4)));
    drift_phase_ = random_.unit();
  }

  styled_piece run() {
    const int steps = how_.beats_a_bar * steps_a_beat;
    for (int bar = 0; now_s_ < length_s_; ++bar)
      for (int step = 0; step < steps && now_s_ < length_s_; ++step) {
        if (step % steps_a_beat == 0)
          out_.beats_s.push_back(now_s_);
        write_step(bar, step);
        now_s_ += step_s();
      }
    return std::move(out_);
  }

private:
  [[nodiscard]] double step_s() const {
    const double wave =
      std::sin(2.0 * std::numbers::pi * (now_s_ / 23.0 + drift_phase_));
    return 60.0 / (out_.bpm * (1.0 + how_.drift * wave)) / steps_a_beat;
  }

  [[nodiscard]] int pitch(int degree, int octave) const {
    const auto& scale =
      out_.key.mode == audio::key_mode::major ? major_steps : minor_steps;
    return 12 * (octave + 1 + degree / 7) + out_.key.tonic
           + scale.at(static_cast<std::size_t>(degree % 7));
  }

  static double level_of(std::string_view pattern, int step) {
    if (pattern.empty())
      return 0.0;
    const char c = pattern[static_cast<std::size_t>(step) % pattern.size()];
    return c == 'x' ? 1.0 : c == 'o' ? 0.45 : 0.0;
  }

  void add(voice who, int step, double steps, int at, double level) {
    double start_s = now_s_;
    // The off-beat half (step 2 of 4) comes late, its neighbours in between.
    if (how_.swing > 0.0 && step % steps_a_beat != 0)
      start_s += how_.swing * step_s() * (step % steps_a_beat == 2 ? 2.0 : 1.0);
    start_s += how_.looseness_s * (random_.unit() + random_.unit() - 1.0) * 2.0;
    if (start_s < 0.0 || start_s >= length_s_)
      return;
    const double soft = 0.9 + 0.2 * (random_.unit() - 0.5);
    out_.notes.push_back(
      {start_s, steps * step_s(), at, static_cast<float>(level * soft), who});
  }

  void write_step(int bar, int step) {
    const int chord = chords_.at(static_cast<std::size_t>(bar % 4));
    const int section = bar / 4;
    const bool has_drums = section != 0 && section % 5 != 4;
    if (has_drums)
      write_drums(bar, step);
    if (const double level = level_of(how_.bass, step); level > 0.0)
      add(voice::bass, step, 0.9, pitch(chord, 1), 0.45 * level);
    if (const double level = level_of(how_.chord, step); level > 0.0)
      for (const int third : {0, 2, 4})
        add(voice::pluck, step, 2.0, pitch(chord + third, 4), 0.25 * level);
    if (const double level = level_of(how_.arpeggio, step); level > 0.0)
      add(voice::pluck, step, 2.5,
          pitch(chord + 2 * ((step / 2) % 4), 4 + step / 8 % 2), 0.5 * level);
    if (how_.has_pad && step == 0)
      for (const int third : {0, 2, 4})
        add(voice::pad, step, how_.beats_a_bar * steps_a_beat,
            pitch(chord + third, 3), 0.5);
    if (how_.has_melody && section % 3 != 2 && step % 2 == 0
        && random_.below(step % 4 == 0 ? 3 : 5) < 2)
      add(voice::lead, step, 1.0 + random_.below(4),
          pitch(chord + 2 * random_.below(4), 5), 0.4);
  }

  void write_drums(int bar, int step) {
    const bool fill = bar % 4 == 3 && step >= (how_.beats_a_bar - 1) * 4;
    if (const double level = level_of(how_.kick, step); level > 0.0) {
      add(voice::kick, step, 1.0, 36, 1.3 * level);
      // The beater's click, which the synthesizer's kick lacks.
      add(voice::snare, step, 0.1, 38, 0.25 * level);
    }
    if (const double level = level_of(how_.snare, step); level > 0.0)
      add(voice::snare, step, 1.5, 38, 0.9 * level);
    else if (fill && !how_.snare.empty() && random_.below(2) == 0)
      add(voice::snare, step, 1.0, 38, 0.4);
    if (const double level = level_of(how_.hat, step); level > 0.0)
      add(voice::hat, step, 0.5, 42, 0.6 * level);
  }

  const style& how_;
  double length_s_;
  seeded_random random_;
  double drift_phase_ = 0.0;
  double now_s_ = 0.0;
  std::array<int, 4> chords_{};
  styled_piece out_;
};

} // namespace

styled_piece compose_styled(const style& how, double length_s,
                            std::uint64_t seed) {
  return writer{how, length_s, seed}.run();
}

} // namespace troupe
