#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace troupe::text {

/// Names how features are made: results of another version are recomputed.
inline constexpr const char* text_features_method = "text-features-1";

/// Features kept of one text. Of a longer one those with the smallest hashes
/// stay: the same sample of the vocabulary in every text, so that what two
/// long texts share is still shared.
inline constexpr std::size_t features_max = 4'096;

/// One feature as one word: what is hashed above, how often it occurs below.
struct feature {
  /// In [0, 2^24); even for a word, odd for a part of one.
  std::uint32_t id = 0;
  /// In [1, 255]: more count as 255.
  std::uint32_t count = 1;

  [[nodiscard]] constexpr bool is_word() const noexcept {
    return id % 2 == 0;
  }
};

[[nodiscard]] constexpr std::uint32_t packed(const feature& x) noexcept {
  return x.id << 8U | x.count;
}

[[nodiscard]] constexpr feature unpacked(std::uint32_t word) noexcept {
  return {word >> 8U, word & 0xffU};
}

/// Calls `take` with each word of a text: a run of letters and digits, in
/// lower case (Latin, Greek and Cyrillic letters). Bytes that are no UTF-8
/// separate words, as do punctuation and space. O(bytes); allocates one word.
void for_each_word(std::string_view bytes,
                   const std::function<void(std::string_view word)>& take);

/// The features of a text, by rising id: each word, and its parts of 3 and 4
/// characters with the word's ends marked, so that "sailing" and "sails" have
/// something in common.
/// Complexity: O(bytes log features). Memory: the distinct features.
[[nodiscard]] std::vector<std::uint32_t> features_of(std::string_view bytes);

} // namespace troupe::text
