#include "domain/audio/tonal/key.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::audio {

namespace {

// Faraldo et al., profile "bgate", tonic first.
constexpr pitch_profile major_profile{1.00, 0.00, 0.42, 0.00, 0.53, 0.37,
                                      0.00, 0.77, 0.00, 0.38, 0.21, 0.30};
constexpr pitch_profile minor_profile{1.00, 0.00, 0.36, 0.39, 0.00, 0.38,
                                      0.00, 0.74, 0.27, 0.00, 0.42, 0.23};
constexpr double weak_share = 0.2;
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

pitch_profile without_weak(const pitch_profile& profile) {
  auto out = profile;
  const double most = *std::max_element(out.begin(), out.end());
  for (double& value : out)
    if (value < weak_share * most)
      value = 0.0;
  return out;
}

double correlation(const centred& profile, const musical_key& key) {
  const auto model =
    centre(key.mode == key_mode::major ? major_profile : minor_profile);
  if (profile.length <= 1e-12)
    return 0.0;
  double sum = 0.0;
  for (std::size_t i = 0; i < 12; ++i)
    sum += model.values[i]
           * profile.values[(i + static_cast<std::size_t>(key.tonic)) % 12];
  return sum / (model.length * profile.length);
}

/// The relative major's tonic: keys of equal notes share it.
int signature_of(const musical_key& key) {
  return key.mode == key_mode::major ? key.tonic : (key.tonic + 3) % 12;
}

} // namespace

double key_strength(const pitch_profile& profile, const musical_key& key) {
  return correlation(centre(without_weak(profile)), key);
}

std::array<key_estimate, 2> best_keys(const pitch_profile& profile) {
  const auto clear = centre(without_weak(profile));
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
