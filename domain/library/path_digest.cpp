#include "domain/library/path_digest.hpp"

namespace troupe {

namespace {

constexpr std::uint64_t fnv_prime = 0x100000001b3;

std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111eb;
  return x ^ (x >> 31U);
}

/// FNV-1a with a mixing step per byte, so that the two passes are unrelated.
std::uint64_t pass(std::string_view path, std::uint64_t offset) noexcept {
  auto hash = offset;
  for (const char c : path) {
    hash ^= static_cast<unsigned char>(c);
    hash *= fnv_prime;
    hash ^= hash >> 29U;
  }
  return mix(hash ^ path.size());
}

} // namespace

path_digest digest_path(std::string_view path) noexcept {
  return {pass(path, 0xcbf29ce484222325), pass(path, 0x6c62272e07bb0142)};
}

} // namespace troupe
