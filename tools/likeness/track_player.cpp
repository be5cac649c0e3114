#include "tools/likeness/track_player.hpp"

#include "tools/sample/seeded_random.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <string>

namespace troupe::sample {

namespace {

constexpr double full_turn = 2.0 * std::numbers::pi;
constexpr std::size_t bars_per_section = 4;

// -- instruments --------------------------------------------------------------

/// What one instrument of one track sounds like.
struct instrument {
  waveform wave = waveform::saw;
  double cutoff_hz = 2000.0;
  double attack_s = 0.01;
  /// Time constant of the fall while a tone is held.
  double decay_s = 1.0;
  double fm_ratio = 2.0;
  double fm_index = 1.5;
  /// Relative pitch of the second oscillator.
  double detune = 1.003;
  double gain = 0.5;
  double left = 0.7;
  double right = 0.7;
};

struct drum_kit {
  double kick_hz = 50.0;
  double kick_decay = 9.0;
  double snare_hz = 190.0;
  double snare_noise = 0.7;
  double snare_decay = 20.0;
  double hat_decay = 60.0;
  double hat_colour = 0.6;
};

/// Everything that was drawn for one track.
struct track_plan {
  double step_s = 0.125;
  std::size_t steps = 16;
  double swing = 0.0;
  int tonic = 0;
  bool minor = false;
  int voices = 3;
  double melody = 0.1;
  double drums = 1.0;
  double room = 0.2;
  double room_s = 0.08;
  std::string kick, snare, hat, bass_steps, chord_steps;
  drum_kit kit;
  instrument bass, chords, lead;
  /// Scale degrees of the chords of the two kinds of section.
  std::array<std::array<int, 4>, 2> harmonies{};
};

/// Some steps change: a soft hit comes or goes.
std::string varied(std::string_view pattern, seeded_random& random) {
  std::string out{pattern};
  const bool empty = out.find_first_not_of('.') == std::string::npos;
  for (auto& step : out)
    if (!empty && random.unit() < 0.06)
      step = step == '.' ? 'o' : '.';
  return out;
}

instrument draw_instrument(const std::array<waveform, 2>& waves,
                           double cutoff_hz, double attack_s, double gain,
                           seeded_random& random) {
  instrument out;
  out.wave = waves[static_cast<std::size_t>(random.below(2))];
  out.cutoff_hz = cutoff_hz * std::exp2(random.between(-0.8, 0.8));
  out.attack_s = attack_s * std::exp2(random.between(-0.7, 0.7));
  out.decay_s = random.between(0.25, 2.0);
  out.fm_ratio = std::array{0.5, 1.0, 2.0, 3.0,
                            3.5}[static_cast<std::size_t>(random.below(5))];
  out.fm_index = random.between(0.6, 3.0);
  out.detune = 1.0 + random.between(0.001, 0.006);
  out.gain = gain * random.between(0.75, 1.25);
  const double pan = random.between(-0.6, 0.6);
  out.left = std::sqrt(0.5 * (1.0 - pan));
  out.right = std::sqrt(0.5 * (1.0 + pan));
  return out;
}

drum_kit draw_kit(seeded_random& random) {
  drum_kit kit;
  kit.kick_hz = random.between(42.0, 62.0);
  kit.kick_decay = random.between(6.0, 14.0);
  kit.snare_hz = random.between(150.0, 260.0);
  kit.snare_noise = random.between(0.4, 1.0);
  kit.snare_decay = random.between(12.0, 30.0);
  kit.hat_decay = random.between(30.0, 90.0);
  kit.hat_colour = random.between(0.3, 0.9);
  return kit;
}

std::array<int, 4> draw_harmony(seeded_random& random) {
  static constexpr std::array<std::array<int, 4>, 8> known{{{0, 4, 5, 3},
                                                            {0, 3, 4, 4},
                                                            {0, 5, 3, 4},
                                                            {1, 4, 0, 0},
                                                            {0, 6, 5, 4},
                                                            {0, 0, 3, 4},
                                                            {5, 3, 0, 4},
                                                            {0, 2, 3, 3}}};
  return known[static_cast<std::size_t>(random.below(8))];
}

track_plan draw_plan(const track_style& style, seeded_random& random) {
  track_plan plan;
  const double tempo =
    random.between(style.tempo_low_bpm, style.tempo_high_bpm);
  plan.step_s = 15.0 / tempo;
  plan.steps = style.kick.size();
  plan.swing = style.swing * random.between(0.7, 1.2);
  plan.tonic = random.below(12);
  plan.minor = random.unit() < style.minor;
  plan.voices = style.voices;
  plan.melody = style.melody * random.between(0.6, 1.5);
  plan.drums = style.drums * random.between(0.8, 1.2);
  plan.room = style.room * random.between(0.6, 1.4);
  plan.room_s = random.between(0.05, 0.13);
  plan.kick = varied(style.kick, random);
  plan.snare = varied(style.snare.substr(0, plan.steps), random);
  plan.hat = varied(style.hat.substr(0, plan.steps), random);
  plan.bass_steps = varied(style.bass, random);
  plan.chord_steps = varied(style.chords, random);
  plan.kit = draw_kit(random);
  plan.bass =
    draw_instrument(style.bass_waves, 500.0, 0.005, style.low, random);
  plan.bass.left = plan.bass.right = 0.7;
  plan.chords = draw_instrument(style.chord_waves, style.cutoff_hz,
                                style.attack_s, style.middle, random);
  plan.lead = draw_instrument(style.lead_waves, style.cutoff_hz * 1.5, 0.01,
                              style.high, random);
  plan.harmonies = {draw_harmony(random), draw_harmony(random)};
  return plan;
}

// -- playing ------------------------------------------------------------------

/// The two channels while they are filled.
struct stage {
  stage(double length_s, int rate)
    : rate_hz(rate), left(static_cast<std::size_t>(length_s * rate)),
      right(left.size()) {}

  double rate_hz;
  std::vector<float> left;
  std::vector<float> right;
};

struct tone {
  double start_s = 0.0;
  double length_s = 0.1;
  double pitch = 60.0;
  double level = 1.0;
};

double oscillate(const instrument& by, double phase) {
  const double turn = phase - std::floor(phase);
  switch (by.wave) {
  case waveform::sine:
    return std::sin(full_turn * turn);
  case waveform::triangle:
    return 4.0 * std::abs(turn - 0.5) - 1.0;
  case waveform::square:
    return turn < 0.5 ? 0.7 : -0.7;
  case waveform::fm:
    return std::sin(full_turn * phase
                    + by.fm_index * std::sin(full_turn * phase * by.fm_ratio));
  case waveform::organ:
    return 0.5 * std::sin(full_turn * turn)
           + 0.3 * std::sin(2.0 * full_turn * turn)
           + 0.2 * std::sin(3.0 * full_turn * turn);
  default:
    return 2.0 * turn - 1.0;
  }
}

/// Karplus and Strong's plucked string, its brightness by the instrument.
class plucked_string {
public:
  plucked_string(double period, double cutoff_hz, double rate_hz,
                 seeded_random& random)
    : line_(static_cast<std::size_t>(std::max(2.0, period))),
      blend_(std::clamp(cutoff_hz / rate_hz, 0.05, 0.5)) {
    for (auto& sample : line_)
      sample = random.between(-1.0, 1.0);
  }

  double next() {
    const std::size_t after = (at_ + 1) % line_.size();
    const double value = line_[at_];
    line_[at_] = 0.997 * ((1.0 - blend_) * value + blend_ * line_[after]);
    at_ = after;
    return value;
  }

private:
  std::vector<double> line_;
  double blend_;
  std::size_t at_ = 0;
};

void play_tone(stage& on, const instrument& by, const tone& what,
               seeded_random& random) {
  const double hertz = 440.0 * std::exp2((what.pitch - 69.0) / 12.0);
  const double release_s = 0.08;
  const auto first = static_cast<std::size_t>(what.start_s * on.rate_hz);
  const auto end = std::min(
    on.left.size(),
    first + static_cast<std::size_t>((what.length_s + release_s) * on.rate_hz));
  plucked_string string{on.rate_hz / hertz, by.cutoff_hz, on.rate_hz, random};
  const bool plucked = by.wave == waveform::pluck;
  const double share =
    1.0
    - std::exp(-full_turn * std::min(by.cutoff_hz, 0.4 * on.rate_hz)
               / on.rate_hz);
  double phase = random.unit();
  double second = random.unit();
  double low = 0.0;
  double lower = 0.0;
  for (std::size_t i = first; i < end; ++i) {
    const double t = static_cast<double>(i - first) / on.rate_hz;
    double level = std::min(1.0, t / by.attack_s) * std::exp(-t / by.decay_s);
    if (t > what.length_s)
      level *= std::max(0.0, 1.0 - (t - what.length_s) / release_s);
    double sample =
      plucked ? string.next()
              : 0.6 * oscillate(by, phase) + 0.4 * oscillate(by, second);
    phase += hertz / on.rate_hz;
    second += hertz * by.detune / on.rate_hz;
    low += share * (sample - low);
    lower += share * (low - lower);
    sample = lower * level * by.gain * what.level;
    on.left[i] += static_cast<float>(sample * by.left);
    on.right[i] += static_cast<float>(sample * by.right);
  }
}

enum class drum : std::uint8_t { kick, snare, hat };

void play_drum(stage& on, const drum_kit& kit, drum which, double start_s,
               double level, seeded_random& random) {
  const auto first = static_cast<std::size_t>(start_s * on.rate_hz);
  const auto end = std::min(
    on.left.size(), first + static_cast<std::size_t>(0.35 * on.rate_hz));
  double phase = 0.0;
  double dull = 0.0;
  for (std::size_t i = first; i < end; ++i) {
    const double t = static_cast<double>(i - first) / on.rate_hz;
    const double noise = random.between(-1.0, 1.0);
    double sample = 0.0;
    if (which == drum::kick) {
      phase += (kit.kick_hz * (1.0 + 2.2 * std::exp(-t * 35.0))) / on.rate_hz;
      sample = std::sin(full_turn * phase) * std::exp(-t * kit.kick_decay);
    } else if (which == drum::snare) {
      sample =
        0.6
        * (kit.snare_noise * noise * std::exp(-t * kit.snare_decay)
           + (1.0 - 0.6 * kit.snare_noise)
               * std::sin(full_turn * kit.snare_hz * t) * std::exp(-t * 28.0));
    } else {
      dull += kit.hat_colour * (noise - dull);
      sample = 0.35 * (noise - dull) * std::exp(-t * kit.hat_decay);
    }
    on.left[i] += static_cast<float>(sample * level * 0.7);
    on.right[i] += static_cast<float>(sample * level * 0.7);
  }
}

// -- composing ----------------------------------------------------------------

/// MIDI pitch of a degree of the track's scale; degrees go on over octaves.
int pitch_of(const track_plan& plan, int degree, int octave) {
  static constexpr std::array<int, 7> major{0, 2, 4, 5, 7, 9, 11};
  static constexpr std::array<int, 7> minor{0, 2, 3, 5, 7, 8, 10};
  const int turns = degree >= 0 ? degree / 7 : -((6 - degree) / 7);
  const auto step = static_cast<std::size_t>(degree - 7 * turns);
  return 12 * (octave + 1 + turns) + plan.tonic
         + (plan.minor ? minor[step] : major[step]);
}

double level_of(char step) {
  return step == 'x' ? 1.0 : step == 'o' ? 0.55 : 0.0;
}

/// Who plays in a section.
struct section {
  std::size_t kind = 0;
  bool drums = true;
  bool bass = true;
  bool melody = true;
};

section draw_section(std::size_t number, seeded_random& random) {
  section out;
  out.kind = number % 3 == 2 ? 1U : 0U;
  out.drums = number == 0 ? random.unit() < 0.5 : random.unit() < 0.88;
  out.bass = number == 0 ? random.unit() < 0.7 : random.unit() < 0.93;
  out.melody = random.unit() < 0.65;
  return out;
}

class performance {
public:
  performance(const track_plan& plan, stage& on, seeded_random& random)
    : plan_(plan), stage_(on), random_(random) {}

  void play() {
    const double bar_s = plan_.step_s * static_cast<double>(plan_.steps);
    const double length_s =
      static_cast<double>(stage_.left.size()) / stage_.rate_hz;
    section now;
    for (std::size_t bar = 0; static_cast<double>(bar) * bar_s < length_s;
         ++bar) {
      if (bar % bars_per_section == 0)
        now = draw_section(bar / bars_per_section, random_);
      play_bar(now, static_cast<double>(bar) * bar_s,
               plan_.harmonies[now.kind][bar % 4]);
    }
  }

private:
  void play_bar(const section& now, double start_s, int degree) {
    for (std::size_t i = 0; i < plan_.steps; ++i) {
      const double late = i % 2 == 1 ? plan_.swing : 0.0;
      const double at_s =
        start_s + (static_cast<double>(i) + late) * plan_.step_s;
      if (now.drums)
        hit(i, at_s);
      if (now.bass && plan_.bass_steps[i] != '.')
        play_tone(stage_, plan_.bass,
                  {at_s, 1.8 * plan_.step_s,
                   static_cast<double>(pitch_of(plan_, degree, 1)),
                   level_of(plan_.bass_steps[i])},
                  random_);
      if (plan_.chord_steps[i] != '.')
        strike(i, at_s, degree);
      if (now.melody && random_.unit() < plan_.melody)
        sing(at_s, degree);
    }
  }

  void hit(std::size_t i, double at_s) {
    const auto one = [&](drum which, char step, double gain) {
      const double level = level_of(step) * plan_.drums * gain;
      if (level > 0.0)
        play_drum(stage_, plan_.kit, which, at_s,
                  level * random_.between(0.85, 1.1), random_);
    };
    one(drum::kick, plan_.kick[i], 1.0);
    one(drum::snare, plan_.snare[i], 0.8);
    one(drum::hat, plan_.hat[i], 0.6);
  }

  /// A chord, held until the next one.
  void strike(std::size_t i, double at_s, int degree) {
    std::size_t next = i + 1;
    while (next < plan_.steps && plan_.chord_steps[next] == '.')
      ++next;
    const double held_s = static_cast<double>(next - i) * plan_.step_s;
    for (int voice = 0; voice < plan_.voices; ++voice)
      play_tone(stage_, plan_.chords,
                {at_s, 0.9 * held_s,
                 static_cast<double>(pitch_of(plan_, degree + 2 * voice, 4)),
                 0.5 * level_of(plan_.chord_steps[i])},
                random_);
  }

  /// A melody note near the one before, often of the chord.
  void sing(double at_s, int degree) {
    melody_ += random_.below(5) - 2;
    if (random_.unit() < 0.4)
      melody_ = degree + 2 * random_.below(3);
    melody_ = std::clamp(melody_, -3, 10);
    const double steps = 1.0 + random_.below(4);
    play_tone(stage_, plan_.lead,
              {at_s, steps * plan_.step_s,
               static_cast<double>(pitch_of(plan_, melody_, 5)), 0.8},
              random_);
  }

  const track_plan& plan_;
  stage& stage_;
  seeded_random& random_;
  int melody_ = 0;
};

/// Four combs of different length (Schroeder, J. Audio Eng. Soc. 10, 1962).
void add_room(std::vector<float>& channel, double gain, double delay_s,
              double rate_hz) {
  if (gain <= 0.0)
    return;
  std::vector<float> wet(channel.size());
  for (const double ratio : {1.0, 1.17, 1.33, 1.61}) {
    const auto delay = std::max<std::size_t>(
      1, static_cast<std::size_t>(delay_s * ratio * rate_hz));
    std::vector<float> comb(channel);
    for (std::size_t i = delay; i < comb.size(); ++i)
      comb[i] += 0.72F * comb[i - delay];
    for (std::size_t i = delay; i < comb.size(); ++i)
      wet[i] += 0.25F * comb[i - delay];
  }
  for (std::size_t i = 0; i < channel.size(); ++i)
    channel[i] += static_cast<float>(gain) * wet[i];
}

} // namespace

sound render_track(const track_request& request) {
  assert(request.style < styles_count);
  seeded_random random{request.seed * 1'000'003U + request.style};
  const auto plan = draw_plan(style_at(request.style), random);
  stage on{request.length_s, request.sample_rate_hz};
  performance{plan, on, random}.play();
  add_room(on.left, plan.room, plan.room_s, on.rate_hz);
  add_room(on.right, plan.room, plan.room_s * 1.07, on.rate_hz);
  sound out{{}, request.sample_rate_hz, 2};
  out.samples.resize(2 * on.left.size());
  float peak = 1e-9F;
  for (std::size_t i = 0; i < on.left.size(); ++i)
    peak = std::max({peak, std::abs(on.left[i]), std::abs(on.right[i])});
  for (std::size_t i = 0; i < on.left.size(); ++i) {
    // Every master is driven a little, and differently.
    out.samples[2 * i] = 0.85F * std::tanh(1.6F * on.left[i] / peak);
    out.samples[2 * i + 1] = 0.85F * std::tanh(1.6F * on.right[i] / peak);
  }
  return out;
}

} // namespace troupe::sample
