#include "domain/audio/likeness/fingerprint_match.hpp"

#include <algorithm>
#include <bit>
#include <vector>

namespace troupe::audio {

namespace {

constexpr unsigned key_shift = 32 - 14;
constexpr std::size_t overlap_min = 40;
constexpr std::size_t candidates_max = 8;

/// A key that more words share than this says nothing: silence, a held tone.
constexpr std::size_t common_max = 64;

struct keyed_word {
  std::uint32_t key;
  std::uint32_t at;
};

std::vector<keyed_word> sorted_keys(std::span<const std::uint32_t> words) {
  std::vector<keyed_word> out;
  out.reserve(words.size());
  for (std::size_t i = 0; i < words.size(); ++i)
    out.push_back({words[i] >> key_shift, static_cast<std::uint32_t>(i)});
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return a.key != b.key ? a.key < b.key : a.at < b.at;
  });
  return out;
}

std::size_t end_of_key(const std::vector<keyed_word>& words,
                       std::size_t first) {
  std::size_t end = first;
  while (end < words.size() && words[end].key == words[first].key)
    ++end;
  return end;
}

/// Votes for each offset, at `offset + one.size()`.
std::vector<std::uint32_t> votes(std::span<const std::uint32_t> one,
                                 std::span<const std::uint32_t> other) {
  std::vector<std::uint32_t> out(one.size() + other.size() + 1);
  const auto left = sorted_keys(one);
  const auto right = sorted_keys(other);
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < left.size() && j < right.size()) {
    if (left[i].key != right[j].key) {
      ++(left[i].key < right[j].key ? i : j);
      continue;
    }
    const auto i_end = end_of_key(left, i);
    const auto j_end = end_of_key(right, j);
    if (i_end - i <= common_max && j_end - j <= common_max)
      for (std::size_t a = i; a < i_end; ++a)
        for (std::size_t b = j; b < j_end; ++b)
          ++out[right[b].at + one.size() - left[a].at];
    i = i_end;
    j = j_end;
  }
  return out;
}

fingerprint_match compare_at(std::span<const std::uint32_t> one,
                             std::span<const std::uint32_t> other,
                             std::int64_t offset) {
  const auto one_size = static_cast<std::int64_t>(one.size());
  const auto other_size = static_cast<std::int64_t>(other.size());
  const auto first = std::max<std::int64_t>(0, -offset);
  const auto end = std::min(one_size, other_size - offset);
  fingerprint_match out;
  out.offset = offset;
  if (end <= first)
    return out;
  std::int64_t errors = 0;
  for (auto i = first; i < end; ++i)
    errors += std::popcount(one[static_cast<std::size_t>(i)]
                            ^ other[static_cast<std::size_t>(i + offset)]);
  out.overlap = static_cast<std::size_t>(end - first);
  out.bit_error_rate =
    static_cast<double>(errors) / (32.0 * static_cast<double>(out.overlap));
  out.is_long_enough = out.overlap >= overlap_min
                       && 2 * out.overlap >= std::min(one.size(), other.size());
  return out;
}

} // namespace

fingerprint_match match_fingerprints(std::span<const std::uint32_t> one,
                                     std::span<const std::uint32_t> other) {
  if (one.empty() || other.empty())
    return {};
  auto best = compare_at(one, other, 0);
  auto count = votes(one, other);
  for (std::size_t tried = 0; tried < candidates_max; ++tried) {
    const auto most = std::max_element(count.begin(), count.end());
    if (*most == 0)
      break;
    *most = 0;
    const auto offset =
      (most - count.begin()) - static_cast<std::int64_t>(one.size());
    const auto found = compare_at(one, other, offset);
    const bool better = found.is_long_enough == best.is_long_enough
                          ? found.bit_error_rate < best.bit_error_rate
                          : found.is_long_enough;
    if (better)
      best = found;
  }
  return best;
}

} // namespace troupe::audio
