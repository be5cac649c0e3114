#include "tests/fuzz/file_mutation.hpp"

#include "tools/sample/seeded_random.hpp"

#include <algorithm>
#include <array>

namespace troupe::fuzz {

namespace {

using sample::seeded_random;

/// Headers lie at the beginning: half of all places are taken there.
std::size_t place_in(const std::string& bytes, seeded_random& random) {
  if (bytes.empty())
    return 0;
  const std::size_t near = std::min<std::size_t>(bytes.size(), 512);
  const auto range = random.unit() < 0.5 ? near : bytes.size();
  return static_cast<std::size_t>(random.below(static_cast<int>(range)));
}

std::size_t piece_at(const std::string& bytes, std::size_t at,
                     seeded_random& random) {
  const auto most = std::min<std::size_t>(bytes.size() - at, 16'384);
  return most == 0
           ? 0
           : 1 + static_cast<std::size_t>(random.below(static_cast<int>(most)));
}

void flip_bits(std::string& bytes, seeded_random& random) {
  const int count = 1 + random.below(24);
  for (int i = 0; i < count && !bytes.empty(); ++i) {
    auto& byte = bytes[place_in(bytes, random)];
    byte = static_cast<char>(byte ^ (1 << random.below(8)));
  }
}

void cut(std::string& bytes, seeded_random& random) {
  bytes.resize(place_in(bytes, random));
}

void zero(std::string& bytes, seeded_random& random) {
  const auto at = place_in(bytes, random);
  const auto length = piece_at(bytes, at, random);
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), length, '\0');
}

void repeat(std::string& bytes, seeded_random& random) {
  const auto at = place_in(bytes, random);
  const auto piece = bytes.substr(at, piece_at(bytes, at, random));
  bytes.insert(place_in(bytes, random), piece);
}

void remove(std::string& bytes, seeded_random& random) {
  const auto at = place_in(bytes, random);
  bytes.erase(at, piece_at(bytes, at, random));
}

void overwrite(std::string& bytes, seeded_random& random) {
  const auto at = place_in(bytes, random);
  const auto length = std::min<std::size_t>(piece_at(bytes, at, random), 64);
  for (std::size_t i = 0; i < length; ++i)
    bytes[at + i] = static_cast<char>(random.bits());
}

/// Writes a 32-bit number that is often wrong in a header: none, one, all
/// bits, the largest signed, or a random one.
void lie(std::string& bytes, seeded_random& random) {
  if (bytes.size() < 4)
    return;
  static constexpr std::array<std::uint32_t, 6> favourites{
    0U, 1U, 0xffffffffU, 0x7fffffffU, 0x80000000U, 0xffffU};
  const auto which = static_cast<std::size_t>(random.below(7));
  auto number = which < favourites.size()
                  ? favourites[which]
                  : static_cast<std::uint32_t>(random.bits());
  const auto at = std::min(place_in(bytes, random), bytes.size() - 4);
  for (std::size_t i = 0; i < 4; ++i, number >>= 8U)
    bytes[at + i] = static_cast<char>(number & 0xffU);
}

} // namespace

std::string mutate(std::string bytes, std::uint64_t seed) {
  using mutation = void (*)(std::string&, seeded_random&);
  static constexpr std::array<mutation, 7> all{
    flip_bits, cut, zero, repeat, remove, overwrite, lie};
  seeded_random random{seed};
  const int count = 1 + random.below(4);
  for (int i = 0; i < count; ++i)
    all[static_cast<std::size_t>(random.below(7))](bytes, random);
  return bytes;
}

} // namespace troupe::fuzz
