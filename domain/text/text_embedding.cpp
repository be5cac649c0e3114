#include "domain/text/text_embedding.hpp"

#include "domain/text/text_features.hpp"

#include <array>
#include <cmath>

namespace troupe::text {

namespace {

/// A word has several parts, which say the same thing again.
constexpr double part_weight = 0.5;

/// Spreads an id over 32 bits (the finaliser of MurmurHash3 for 32 bits,
/// Appleby, public domain): neighbours must not share a number.
std::uint32_t spread(std::uint32_t id) {
  id ^= id >> 16U;
  id *= 0x85ebca6bU;
  id ^= id >> 13U;
  id *= 0xc2b2ae35U;
  return id ^ id >> 16U;
}

} // namespace

void feature_rarity::learn(std::span<const std::uint32_t> features) {
  ++texts_;
  for (const auto word : features)
    ++counts_[unpacked(word).id];
}

double feature_rarity::weight(std::uint32_t id) const {
  const auto found = counts_.find(id);
  const double with =
    found == counts_.end() ? 0.0 : static_cast<double>(found->second);
  return std::log((1.0 + static_cast<double>(texts_)) / (1.0 + with)) + 1.0;
}

std::vector<float> text_vector_of(std::span<const std::uint32_t> features,
                                  const feature_rarity& rarity) {
  std::array<double, text_numbers> sums{};
  for (const auto word : features) {
    const auto one = unpacked(word);
    const double often = 1.0 + std::log(static_cast<double>(one.count));
    const double amount =
      often * rarity.weight(one.id) * (one.is_word() ? 1.0 : part_weight);
    const auto place = spread(one.id);
    const bool negative = (place >> 31U) != 0;
    sums[place % text_numbers] += negative ? -amount : amount;
  }
  double square = 0.0;
  for (const double sum : sums)
    square += sum * sum;
  if (square == 0.0)
    return {};
  std::vector<float> vector;
  vector.reserve(text_numbers);
  for (const double sum : sums)
    vector.push_back(static_cast<float>(sum / std::sqrt(square)));
  return vector;
}

} // namespace troupe::text
