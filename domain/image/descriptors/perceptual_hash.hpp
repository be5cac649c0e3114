#pragma once

#include "domain/image/picture.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace troupe::image {

/// 256 bits, bit k in word k / 64; pictures that look alike differ in few.
using hash_256 = std::array<std::uint64_t, 4>;

/// Bits that may differ between near-duplicates; unrelated pictures differ in
/// 128, and among 44,850 pairs of photographs none in fewer than 90.
inline constexpr int pdq_near = 31;
inline constexpr int phash_near = 10;

/// A PDQ hash under this quality says little: the picture is nearly flat.
inline constexpr int pdq_quality_least = 50;

struct pdq_hash {
  hash_256 bits{};
  /// 0 to 100, from the sum of the steps between neighbours.
  int quality = 0;
};

/// PDQ-256: luma, smoothed twice by boxes each way, sampled at 64 x 64; the
/// signs, against their median, of 16 x 16 cosine coefficients without the
/// constant ones.
///
/// Source: Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ
/// Image-Hashing Algorithm" (2019), appendix on PDQ.
/// Complexity: O(pixels). Allocates two planes of floats.
[[nodiscard]] pdq_hash pdq_of(const picture_view& rgba);

/// DCT-pHash: grey (ITU-R 601, Pillow's rounding), Lanczos to 32 x 32, the
/// lowest 8 x 8 cosine coefficients against their median. The first bit, row
/// by row, is the highest.
///
/// Source: Zauner, "Implementation and Benchmarking of Perceptual Image Hash
/// Functions" (2010); median and constant term as the Python package imagehash
/// has them, so that hashes of both can be compared.
[[nodiscard]] std::uint64_t phash_of(const picture_view& rgba);

/// Bits in which two hashes differ.
[[nodiscard]] int hamming(const hash_256& a, const hash_256& b) noexcept;
[[nodiscard]] int hamming(std::uint64_t a, std::uint64_t b) noexcept;

/// 64 hexadecimal digits, the highest bit first, as PDQ's program prints it.
[[nodiscard]] std::string hex_of(const hash_256& bits);

/// 16 hexadecimal digits.
[[nodiscard]] std::string hex_of(std::uint64_t bits);

} // namespace troupe::image
