#include "domain/image/descriptors/picture_print.hpp"

#include <algorithm>
#include <cstddef>

namespace troupe::image {

namespace {

constexpr std::size_t pdq_words = 8;
constexpr std::size_t quality_at = pdq_words;
constexpr std::size_t phash_at = pdq_words + 1;
constexpr std::size_t all_words = pdq_words + 3;

void append(std::vector<std::uint32_t>& words, std::uint64_t value) {
  words.push_back(static_cast<std::uint32_t>(value));
  words.push_back(static_cast<std::uint32_t>(value >> 32U));
}

std::uint64_t pair_at(std::span<const std::uint32_t> words, std::size_t at) {
  return std::uint64_t{words[at]} | std::uint64_t{words[at + 1]} << 32U;
}

} // namespace

std::vector<std::uint32_t> words_of(const picture_print& print) {
  std::vector<std::uint32_t> words;
  words.reserve(all_words);
  for (const auto part : print.pdq.bits)
    append(words, part);
  words.push_back(static_cast<std::uint32_t>(print.pdq.quality));
  append(words, print.phash);
  return words;
}

std::optional<picture_print> print_of(std::span<const std::uint32_t> words) {
  if (words.size() != all_words)
    return std::nullopt;
  picture_print print;
  for (std::size_t i = 0; i < print.pdq.bits.size(); ++i)
    print.pdq.bits[i] = pair_at(words, 2 * i);
  print.pdq.quality =
    static_cast<int>(std::min<std::uint32_t>(words[quality_at], 100));
  print.phash = pair_at(words, phash_at);
  return print;
}

bool is_near(const picture_print& a, const picture_print& b) {
  const bool says_much =
    std::min(a.pdq.quality, b.pdq.quality) >= pdq_quality_least;
  return (says_much && hamming(a.pdq.bits, b.pdq.bits) <= pdq_near)
         || hamming(a.phash, b.phash) <= phash_near;
}

} // namespace troupe::image
