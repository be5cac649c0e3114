#include "domain/audio/tonal/key.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::audio {

namespace {

/// One set of key profiles, tonic first.
struct profile_pair {
  pitch_profile major;
  pitch_profile minor;
};

/// "bgate", from electronic dance music (Faraldo et al., AES 2017), and that of
/// the Kostka-Payne corpus of classical examples (Temperley, "Music and
/// Probability", 2007, table 6.1).
constexpr std::array<profile_pair, 2> profile_sets{
  {{{1.00, 0.00, 0.42, 0.00, 0.53, 0.37, 0.00, 0.77, 0.00, 0.38, 0.21, 0.30},
    {1.00, 0.00, 0.36, 0.39, 0.00, 0.38, 0.00, 0.74, 0.27, 0.00, 0.42, 0.23}},
   {{0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366,
     0.057, 0.400},
    {0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067,
     0.133, 0.330}}}};
constexpr double modulation_gain = 0.15;
constexpr double modulation_strength = 0.5;

/// `profile` with its mean taken off, and its length.
struct centred {
  pitch_profile values{};
  double length = 0.0;
};

centred centre(const pitch_profile& profile) {
  centred out;
  double sum = 0.0;
  for (const double value : profile)
    sum += value;
  double square_sum = 0.0;
  for (std::size_t i = 0; i < profile.size(); ++i) {
    out.values[i] = profile[i] - sum / 12.0;
    square_sum += out.values[i] * out.values[i];
  }
  out.length = std::sqrt(square_sum);
  return out;
}

/// Mean of the correlations with both sets of profiles.
double correlation(const centred& profile, const musical_key& key) {
  if (profile.length <= 1e-12)
    return 0.0;
  double sum = 0.0;
  for (const auto& set : profile_sets) {
    const auto model =
      centre(key.mode == key_mode::major ? set.major : set.minor);
    for (std::size_t i = 0; i < 12; ++i)
      sum += model.values[i]
             * profile.values[(i + static_cast<std::size_t>(key.tonic)) % 12]
             / (model.length * profile.length);
  }
  return sum / static_cast<double>(profile_sets.size());
}

/// The relative major's tonic: keys of equal notes share it.
int signature_of(const musical_key& key) {
  return key.mode == key_mode::major ? key.tonic : (key.tonic + 3) % 12;
}

} // namespace

double key_strength(const pitch_profile& profile, const musical_key& key) {
  return correlation(centre(profile), key);
}

std::array<key_estimate, 2> best_keys(const pitch_profile& profile) {
  const auto clear = centre(profile);
  std::array<key_estimate, 2> out;
  out[0].strength = -2.0;
  out[1].strength = -2.0;
  for (const auto mode : {key_mode::major, key_mode::minor})
    for (int tonic = 0; tonic < 12; ++tonic) {
      const musical_key key{tonic, mode};
      const double strength = correlation(clear, key);
      if (strength > out[0].strength) {
        out[1] = out[0];
        out[0] = {key, strength};
      } else if (strength > out[1].strength) {
        out[1] = {key, strength};
      }
    }
  return out;
}

bool is_modulating(std::span<const pitch_profile> parts,
                   const musical_key& whole) {
  return std::any_of(parts.begin(), parts.end(), [&](const auto& part) {
    const auto own = best_keys(part)[0];
    return signature_of(own.key) != signature_of(whole)
           && own.strength > modulation_strength
           && own.strength - key_strength(part, whole) > modulation_gain;
  });
}

} // namespace troupe::audio
