#include "io/openssl_content_hash.hpp"

#include <gtest/gtest.h>

#include <string>

namespace troupe::io {
namespace {

std::string hash_of(const std::string& text, std::size_t step) {
  const auto hasher = open_openssl_content_hash();
  auto digest = std::move(hasher.value()->begin()).value();
  for (std::size_t at = 0; at < text.size(); at += step) {
    const auto part = text.substr(at, step);
    EXPECT_TRUE(digest->add(
      {reinterpret_cast<const std::uint8_t*>(part.data()), part.size()}));
  }
  return to_hex(digest->finish().value());
}

// Digests of the examples in FIPS 180-4's companion "SHA-256 examples": no
// bytes, "abc", and a million times "a".
TEST(openssl_content_hash, gives_the_published_digests) {
  EXPECT_EQ(hash_of("", 1), "e3b0c44298fc1c149afbf4c8996fb924"
                            "27ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash_of("abc", 1), "ba7816bf8f01cfea414140de5dae2223"
                               "b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash_of(std::string(1'000'000, 'a'), 7919),
            "cdc76e5c9914fb9281a1c7e284d73e67"
            "f1809a48a497200e046d39ccc7112cd0");
}

} // namespace
} // namespace troupe::io
