#include "domain/image/thumbnail.hpp"
#include "tools/image_adapters.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace troupe::image {

namespace {

std::vector<std::uint8_t> file(const std::string& name) {
  std::ifstream stream{std::filesystem::path{TROUPE_SOURCE_DIR}
                         / "tests/data/images" / name,
                       std::ios::binary};
  return {std::istreambuf_iterator<char>{stream},
          std::istreambuf_iterator<char>{}};
}

TEST(thumbnail_size, keeps_proportions_and_never_enlarges) {
  struct expectation {
    image_size from;
    image_size to;
  };

  for (const auto& [from, to] : std::vector<expectation>{
         {{4'000, 3'000}, {320, 240}},
         {{3'000, 4'000}, {240, 320}},
         {{320, 320}, {320, 320}},
         {{100, 50}, {100, 50}},
         {{1, 1}, {1, 1}},
         // 10,000 times as long as high: a line stays a line.
         {{1, 10'000}, {1, 320}},
         {{641, 320}, {320, 160}}})
    EXPECT_EQ(thumbnail_size(from, 320), to)
      << from.width << " x " << from.height;
}

TEST(thumbnail, is_a_jpeg_of_the_size_it_says) {
  const auto adapters = open_image_adapters();
  const auto bytes = file("baseline.jpg");
  ASSERT_FALSE(bytes.empty());
  const auto made =
    make_thumbnail(adapters.ports(), *adapters.encoder, bytes, {48, 80});
  ASSERT_TRUE(made) << made.failure().detail;
  EXPECT_EQ(std::max(made->size.width, made->size.height), 48U);
  const auto back = read_picture(adapters.ports(), made->jpeg, {});
  ASSERT_TRUE(back) << back.failure().detail;
  EXPECT_EQ(back->size, made->size);
}

TEST(thumbnail, says_what_is_wrong_with_a_file) {
  const auto adapters = open_image_adapters();
  const std::vector<std::uint8_t> rubbish(100, 7);
  EXPECT_FALSE(make_thumbnail(adapters.ports(), *adapters.encoder, rubbish));
}

} // namespace

} // namespace troupe::image
