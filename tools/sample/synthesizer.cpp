#include "tools/sample/synthesizer.hpp"

#include "tools/sample/seeded_random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace troupe::sample {

namespace {

double hertz(int pitch) {
  return 440.0 * std::exp2((pitch - 69) / 12.0);
}

// -- sources ------------------------------------------------------------------

/// A sawtooth whose step is smoothed over one sample on each side, which keeps
/// most aliases out (PolyBLEP: Välimäki, Huovilainen: Antialiasing oscillators
/// in subtractive synthesis, 2007).
class sawtooth {
public:
  sawtooth(double hertz, double rate_hz, double phase)
    : step_(hertz / rate_hz), phase_(phase) {}

  float next() {
    const auto naive = 2.0 * phase_ - 1.0;
    const auto value = naive - smoothing();
    phase_ += step_;
    if (phase_ >= 1.0)
      phase_ -= 1.0;
    return static_cast<float>(value);
  }

private:
  [[nodiscard]] double smoothing() const {
    if (phase_ < step_) {
      const auto x = phase_ / step_;
      return x + x - x * x - 1.0;
    }
    if (phase_ > 1.0 - step_) {
      const auto x = (phase_ - 1.0) / step_;
      return x * x + x + x + 1.0;
    }
    return 0.0;
  }

  double step_;
  double phase_;
};

/// A first-order lowpass.
class lowpass {
public:
  lowpass(double cutoff_hz, double rate_hz)
    : share_(static_cast<float>(
      1.0 - std::exp(-2.0 * std::numbers::pi * cutoff_hz / rate_hz))) {}

  float next(float input) {
    value_ += share_ * (input - value_);
    return value_;
  }

private:
  float share_;
  float value_ = 0.0F;
};

/// Rises linearly, holds, and dies away exponentially once let go.
class envelope {
public:
  envelope(double attack_s, double held_s, double release_s, double rate_hz)
    : attack_(std::max(1.0, attack_s * rate_hz)), held_(held_s * rate_hz),
      fall_(std::exp(-3.0 / (release_s * rate_hz))) {}

  float next() {
    const auto at = at_++;
    if (at < held_)
      value_ = std::min(1.0, at / attack_);
    else
      value_ *= fall_;
    return static_cast<float>(value_);
  }

private:
  double attack_;
  double held_;
  double fall_;
  double at_ = 0.0;
  double value_ = 0.0;
};

// -- voices -------------------------------------------------------------------

/// The sound of one note, sample by sample, written into `out`.
struct played {
  std::span<float> out;
  const note& what;
  double rate_hz;
  seeded_random& random;
};

void play_kick(const played& p) {
  double phase = 0.0;
  for (std::size_t i = 0; i < p.out.size(); ++i) {
    const auto t = static_cast<double>(i) / p.rate_hz;
    phase += (48.0 + 110.0 * std::exp(-t * 35.0)) / p.rate_hz;
    p.out[i] = static_cast<float>(std::sin(2.0 * std::numbers::pi * phase)
                                  * std::exp(-t * 9.0));
  }
}

void play_snare(const played& p) {
  lowpass rumble{900.0, p.rate_hz};
  for (std::size_t i = 0; i < p.out.size(); ++i) {
    const auto t = static_cast<double>(i) / p.rate_hz;
    const auto noise = static_cast<float>(p.random.between(-1.0, 1.0));
    const auto tone = std::sin(2.0 * std::numbers::pi * 190.0 * t);
    p.out[i] = static_cast<float>(0.7 * (noise - 0.5F * rumble.next(noise))
                                    * std::exp(-t * 20.0)
                                  + 0.5 * tone * std::exp(-t * 28.0));
  }
}

void play_hat(const played& p) {
  lowpass low{6000.0, p.rate_hz};
  for (std::size_t i = 0; i < p.out.size(); ++i) {
    const auto t = static_cast<double>(i) / p.rate_hz;
    const auto noise = static_cast<float>(p.random.between(-1.0, 1.0));
    p.out[i] =
      (noise - low.next(noise)) * static_cast<float>(std::exp(-t * 60));
  }
}

void play_bass(const played& p) {
  sawtooth saw{hertz(p.what.pitch), p.rate_hz, 0.25};
  lowpass first{420.0, p.rate_hz};
  lowpass second{700.0, p.rate_hz};
  envelope level{0.004, p.what.length_s, 0.08, p.rate_hz};
  for (auto& sample : p.out)
    sample = 1.6F * second.next(first.next(saw.next())) * level.next();
}

void play_pad(const played& p) {
  const auto pitch_hz = hertz(p.what.pitch);
  std::array saws = {
    sawtooth{pitch_hz * 0.9965, p.rate_hz, p.random.unit()},
    sawtooth{pitch_hz, p.rate_hz, p.random.unit()},
    sawtooth{pitch_hz * 1.0035, p.rate_hz, p.random.unit()},
  };
  lowpass soft{1100.0, p.rate_hz};
  envelope level{0.12, p.what.length_s, 0.25, p.rate_hz};
  for (auto& sample : p.out) {
    float sum = 0.0F;
    for (auto& saw : saws)
      sum += saw.next();
    sample = 0.4F * soft.next(sum) * level.next();
  }
}

/// A plucked string: a burst of noise that circulates through a delay and a
/// two-point average (Karplus, Strong, Computer Music Journal 7(2), 1983). The
/// average delays by half a sample, which the line's length makes up for.
void play_pluck(const played& p) {
  const auto period = p.rate_hz / hertz(p.what.pitch) - 0.5;
  const auto whole = static_cast<std::size_t>(std::max(2.0, period));
  const auto part = static_cast<float>(period - static_cast<double>(whole));
  std::vector<float> line(whole + 1);
  for (auto& sample : line)
    sample = static_cast<float>(p.random.between(-1.0, 1.0));
  envelope level{0.001, p.what.length_s, 0.2, p.rate_hz};
  std::size_t at = 0;
  float before = 0.0F;
  for (auto& sample : p.out) {
    const auto newer = line[(at + 1) % line.size()];
    const auto value = part * line[at] + (1.0F - part) * newer;
    line[at] = 0.497F * (value + before);
    before = value;
    at = (at + 1) % line.size();
    sample = value * level.next();
  }
}

void play_lead(const played& p) {
  const auto pitch_hz = hertz(p.what.pitch);
  sawtooth one{pitch_hz, p.rate_hz, 0.0};
  sawtooth other{pitch_hz * 1.002, p.rate_hz, 0.5};
  lowpass bright{2600.0, p.rate_hz};
  envelope level{0.015, p.what.length_s, 0.12, p.rate_hz};
  for (auto& sample : p.out)
    sample = 0.7F * bright.next(one.next() - other.next()) * level.next();
}

/// How a voice is played and where it stands.
struct part {
  void (*play)(const played&);

  /// Seconds it sounds after it is let go.
  double tail_s;

  /// Gains of the left and right channel, and of the echo.
  float left;
  float right;
  float echo;
};

const part& part_of(voice who) {
  // In the order of enum voice.
  static const std::array<part, 7> parts = {{
    {play_kick, 0.3, 0.8F, 0.8F, 0.0F},
    {play_snare, 0.2, 0.6F, 0.5F, 0.05F},
    {play_hat, 0.05, 0.35F, 0.55F, 0.0F},
    {play_bass, 0.2, 0.5F, 0.5F, 0.0F},
    {play_pad, 0.6, 0.22F, 0.2F, 0.05F},
    {play_pluck, 0.5, 0.2F, 0.36F, 0.2F},
    {play_lead, 0.3, 0.42F, 0.3F, 0.25F},
  }};
  return parts.at(static_cast<std::size_t>(who));
}

// -- mixing -------------------------------------------------------------------

/// Two channels and what feeds the echo, one value a frame.
struct mix {
  explicit mix(std::size_t frames)
    : left(frames), right(frames), echo(frames) {}

  std::vector<float> left;
  std::vector<float> right;
  std::vector<float> echo;
};

void add_note(mix& to, const note& what, const rendering& how,
              std::vector<float>& scratch, seeded_random& random) {
  const auto& who = part_of(what.voice);
  const auto rate_hz = static_cast<double>(how.sample_rate_hz);
  const auto start = static_cast<std::size_t>(what.start_s * rate_hz);
  if (start >= to.left.size())
    return;
  const auto wanted =
    static_cast<std::size_t>((what.length_s + who.tail_s) * rate_hz);
  scratch.assign(std::min(wanted, to.left.size() - start), 0.0F);
  who.play({scratch, what, rate_hz, random});
  for (std::size_t i = 0; i < scratch.size(); ++i) {
    const auto sample = scratch[i] * what.level;
    to.left[start + i] += sample * who.left;
    to.right[start + i] += sample * who.right;
    to.echo[start + i] += sample * who.echo;
  }
}

/// Sends the echo to and fro between the channels, each time quieter.
void add_echo(mix& to, std::size_t delay) {
  for (std::size_t i = delay; i < to.echo.size(); ++i) {
    to.echo[i] += 0.45F * to.echo[i - delay];
    const bool odd = (i / delay) % 2 != 0;
    (odd ? to.left : to.right)[i] += to.echo[i - delay];
  }
}

/// Softly limits, joins the channels, fades both ends, peaks at 0.8.
sound finish(const mix& from, const rendering& how) {
  const auto channels = static_cast<std::size_t>(how.channels);
  const auto frames = from.left.size();
  const auto fade = 0.4 * how.sample_rate_hz;
  sound whole{std::vector<float>(frames * channels), how.sample_rate_hz,
              how.channels};
  float peak = 1e-9F;
  for (std::size_t i = 0; i < frames; ++i) {
    const auto gain =
      static_cast<float>(std::min(1.0, static_cast<double>(frames - i) / fade));
    const auto left = std::tanh(from.left[i]) * gain;
    const auto right = std::tanh(from.right[i]) * gain;
    whole.samples[i * channels] = channels == 1 ? 0.5F * (left + right) : left;
    if (channels == 2)
      whole.samples[i * 2 + 1] = right;
    peak = std::max({peak, std::abs(left), std::abs(right)});
  }
  for (auto& sample : whole.samples)
    sample *= 0.8F / peak;
  return whole;
}

} // namespace

sound synthesize(std::span<const note> notes, const rendering& how) {
  const auto frames =
    static_cast<std::size_t>(how.length_s * how.sample_rate_hz);
  mix together{frames};
  std::vector<float> scratch;
  seeded_random random{how.seed};
  for (const auto& what : notes)
    add_note(together, what, how, scratch, random);
  add_echo(together,
           std::max<std::size_t>(
             1, static_cast<std::size_t>(how.echo_s * how.sample_rate_hz)));
  return finish(together, how);
}

} // namespace troupe::sample
