#include "tools/sample/score.hpp"

#include "tools/sample/seeded_random.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace troupe::sample {

namespace {

using progression = std::array<int, 4>;

/// Scale degrees of the chords of four bars, 0 = tonic.
constexpr std::array<progression, 3> major_progressions = {
  {{0, 4, 5, 3}, {0, 5, 3, 4}, {0, 3, 0, 4}}};
constexpr std::array<progression, 3> minor_progressions = {
  {{0, 5, 2, 6}, {0, 3, 6, 2}, {0, 5, 3, 4}}};

constexpr std::array<int, 7> major_steps = {0, 2, 4, 5, 7, 9, 11};
constexpr std::array<int, 7> minor_steps = {0, 2, 3, 5, 7, 8, 10};

/// Which eighths of a bar the melody plays.
constexpr std::array<std::array<bool, 8>, 4> rhythms = {{
  {true, false, true, true, false, true, true, false},
  {true, true, false, true, true, false, true, false},
  {true, false, false, true, false, true, true, true},
  {true, false, true, false, true, true, true, true},
}};

/// Collects the notes of one piece bar by bar.
class composer {
public:
  explicit composer(const piece& plan)
    : plan_(plan), beat_s_(60.0 / plan.tempo_bpm),
      beats_(plan.groove == groove::waltz ? 3 : 4) {
    seeded_random random{plan.seed};
    const auto& choices =
      plan.mode == mode::major ? major_progressions : minor_progressions;
    chords_ = choices.at(static_cast<std::size_t>(random.below(3)));
  }

  std::vector<note> run() {
    const auto bar_s = beat_s_ * beats_;
    const auto bars =
      std::max(1, static_cast<int>(std::lround(plan_.length_s / bar_s)));
    for (int bar = 0; bar * bar_s < plan_.length_s; ++bar) {
      start_s_ = bar * bar_s;
      const bool last = bar + 1 >= bars;
      chord_ = last ? 0 : chords_.at(static_cast<std::size_t>(bar % 4));
      write_chord();
      write_bass();
      write_drums(bar);
      if (bar >= 2 && !last)
        write_melody(bar);
    }
    return std::move(notes_);
  }

private:
  /// The MIDI number of a scale degree; degrees go on beyond the octave.
  [[nodiscard]] int pitch_of(int degree, int octave) const {
    const auto& steps = plan_.mode == mode::major ? major_steps : minor_steps;
    const auto step = steps.at(static_cast<std::size_t>(degree % 7));
    return 12 * (octave + 1 + degree / 7) + plan_.tonic + step;
  }

  void add(voice who, double beat, double beats, int pitch, double level) {
    const auto start_s = start_s_ + beat * beat_s_;
    if (start_s < plan_.length_s)
      notes_.push_back(
        {start_s, beats * beat_s_, pitch, static_cast<float>(level), who});
  }

  void write_chord() {
    for (const int third : {0, 2, 4}) {
      add(voice::pad, 0, beats_, pitch_of(chord_ + third, 3), 0.5);
      for (int beat = 0; beat < beats_; ++beat)
        add(voice::pluck, beat + 0.5, 0.4, pitch_of(chord_ + third, 4), 0.35);
    }
  }

  void write_bass() {
    for (int beat = 0; beat < beats_; ++beat) {
      const bool fifth = beat == beats_ - 1 && plan_.groove != groove::waltz;
      add(voice::bass, beat, 0.55, pitch_of(chord_ + (fifth ? 4 : 0), 2), 0.9);
      if (plan_.groove == groove::four_on_the_floor)
        add(voice::bass, beat + 0.5, 0.3, pitch_of(chord_, 2), 0.6);
    }
  }

  void write_drums(int bar) {
    for (int beat = 0; beat < beats_; ++beat) {
      if (has_kick(beat))
        add(voice::kick, beat, 0.5, 36, beat == 0 ? 1.0 : 0.85);
      if (has_snare(beat))
        add(voice::snare, beat, 0.4, 38, 0.7);
      add(voice::hat, beat, 0.1, 42, 0.3);
      add(voice::hat, beat + 0.5, 0.1, 42, 0.45);
    }
    if (bar % 4 == 3)
      for (const double quarter : {0.25, 0.5, 0.75})
        add(voice::snare, beats_ - 1 + quarter, 0.2, 38, 0.3 + 0.4 * quarter);
  }

  [[nodiscard]] bool has_kick(int beat) const {
    if (plan_.groove == groove::four_on_the_floor)
      return true;
    return beat == 0 || (plan_.groove == groove::backbeat && beat == 2);
  }

  [[nodiscard]] bool has_snare(int beat) const {
    if (plan_.groove == groove::half_time)
      return beat == 2;
    if (plan_.groove == groove::waltz)
      return beat > 0;
    return beat % 2 == 1;
  }

  /// A walk over the scale that rests on chord tones at each beat. Bars four
  /// apart draw the same numbers, so that a phrase comes back.
  void write_melody(int bar) {
    seeded_random random{plan_.seed * 1000 + static_cast<unsigned>(bar % 4)};
    const auto& rhythm = rhythms.at(static_cast<std::size_t>(random.below(4)));
    int degree = chord_ + 2 * random.below(3);
    for (int eighth = 0; eighth < 2 * beats_; ++eighth) {
      degree = std::clamp(degree + random.below(5) - 2, 0, 11);
      if (eighth % 2 == 0 && (degree - chord_) % 2 != 0)
        degree += degree < 11 ? 1 : -1;
      if (rhythm.at(static_cast<std::size_t>(eighth)))
        add(voice::lead, eighth * 0.5, 0.45, pitch_of(degree, 5), 0.6);
    }
  }

  const piece& plan_;
  double beat_s_;
  int beats_;
  progression chords_ = {};

  /// Of the bar being written.
  double start_s_ = 0.0;
  int chord_ = 0;

  std::vector<note> notes_;
};

} // namespace

std::string key_name(const piece& plan) {
  constexpr std::array<const char*, 12> names = {
    "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};
  return std::string{names.at(static_cast<std::size_t>(plan.tonic))}
         + (plan.mode == mode::major ? " major" : " minor");
}

std::vector<note> compose(const piece& plan) {
  return composer{plan}.run();
}

} // namespace troupe::sample
