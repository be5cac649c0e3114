#pragma once

#include "domain/image/descriptors/perceptual_hash.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace troupe::image {

/// Names how the fingerprint of a picture is made.
inline constexpr const char* picture_print_method = "pdq256-phash64-1";

/// The two hashes that find near-duplicates.
struct picture_print {
  pdq_hash pdq;
  std::uint64_t phash = 0;
};

/// As 11 words, the form in which the library keeps it: the bits of PDQ from
/// the lowest on, its quality, the pHash's low and high half.
[[nodiscard]] std::vector<std::uint32_t> words_of(const picture_print& print);

/// The inverse; nothing for any other number of words.
[[nodiscard]] std::optional<picture_print>
print_of(std::span<const std::uint32_t> words);

/// True when the hashes alone call two pictures near-duplicates: PDQ within
/// `pdq_near` where both have quality enough, or pHash within `phash_near`.
[[nodiscard]] bool is_near(const picture_print& a, const picture_print& b);

} // namespace troupe::image
