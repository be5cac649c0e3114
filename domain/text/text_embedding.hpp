#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace troupe::text {

/// Numbers of a text's vector.
inline constexpr std::size_t text_numbers = 256;

/// The space of text vectors: algorithm and version. What is rare is learnt
/// from one library, so vectors of two libraries must not be compared.
inline constexpr const char* text_space = "text256-1";

/// How rare features are among the texts of a library.
class feature_rarity {
public:
  /// Takes in one text. O(features).
  void learn(std::span<const std::uint32_t> features);

  /// ln((1 + texts) / (1 + texts with it)) + 1: smoothed inverse document
  /// frequency, at least 1. 1 while nothing was learnt.
  [[nodiscard]] double weight(std::uint32_t id) const;

  [[nodiscard]] std::size_t texts() const noexcept {
    return texts_;
  }

private:
  std::size_t texts_ = 0;
  /// Texts that have a feature, by its id.
  std::unordered_map<std::uint32_t, std::uint32_t> counts_;
};

/// The vector of a text, of length 1: each feature adds (1 + ln count) times
/// its rarity, parts of words half of that, to one of 256 numbers, with a sign
/// (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning",
/// ICML 2009). Empty for a text without words.
/// Complexity: O(features). Allocates the result.
[[nodiscard]] std::vector<float>
text_vector_of(std::span<const std::uint32_t> features,
               const feature_rarity& rarity);

} // namespace troupe::text
