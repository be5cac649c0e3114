// Whole files through codecs, resizer and recipes, against Pillow and numpy:
// no byte of pixels and no bit of a tensor may differ.

#include "domain/image/preprocess.hpp"
#include "tests/domain/image/pictures.hpp"
#include "tests/io/image/image_files.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

namespace troupe::image {

namespace {

using testing::crc32;
using testing::file_bytes;

/// A line of the references: a file and its check sums.
struct file_case {
  std::string name;
  image_size size;
  std::string decoded;
  /// Two for each recipe, in their order: pixels, tensor.
  std::vector<std::string> recipes;
};

std::vector<file_case> read_cases(const std::string& word) {
  std::ifstream file{TROUPE_SOURCE_DIR "/tests/data/image_references.txt"};
  std::vector<file_case> cases;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields{line};
    std::string first;
    file_case one;
    fields >> first >> one.name >> one.size.width >> one.size.height
      >> one.decoded;
    if (first != word)
      continue;
    for (std::string sum; fields >> sum;)
      one.recipes.push_back(sum);
    cases.push_back(one);
  }
  return cases;
}

std::vector<std::uint8_t> without_alpha(const picture& whole) {
  std::vector<std::uint8_t> rgb;
  for (std::size_t i = 0; i < whole.rgba.size(); i += 4)
    rgb.insert(rgb.end(), &whole.rgba[i], &whole.rgba[i] + 3);
  return rgb;
}

class image_parity_test : public ::testing::Test {
protected:
  void expect_same(const file_case& one, const file_bytes& bytes) const {
    const auto whole = read_picture(adapters_.ports(), bytes, {});
    ASSERT_TRUE(whole) << one.name << ": " << whole.failure().detail;
    EXPECT_EQ(whole->size, one.size) << one.name;
    EXPECT_EQ(sum_of(without_alpha(*whole)), one.decoded) << one.name;
    ASSERT_EQ(one.recipes.size(), recipes().size() * 2);
    auto expected = one.recipes.begin();
    for (const auto& how : recipes()) {
      const auto made = prepare(adapters_.ports(), bytes, how, {});
      ASSERT_TRUE(made) << one.name;
      EXPECT_EQ(sum_of(made->rgb), *expected++) << one.name << ' ' << how.name;
      const auto tensor = tensor_of(how, made->rgb);
      EXPECT_EQ(fmt::format("{:08x}", crc32(std::span{tensor})), *expected++)
        << one.name << ' ' << how.name;
    }
  }

  static std::string sum_of(const std::vector<std::uint8_t>& bytes) {
    return fmt::format("{:08x}", crc32(std::span{bytes}));
  }

  testing::image_adapters adapters_;
};

TEST_F(image_parity_test, makes_of_every_kind_of_file_what_pillow_makes) {
  const auto cases = read_cases("file");
  ASSERT_EQ(cases.size(), 29U);
  for (const auto& one : cases)
    expect_same(one, testing::small_file(one.name));
}

TEST_F(image_parity_test, makes_of_photographs_what_pillow_makes) {
  const auto cases = read_cases("media");
  ASSERT_EQ(cases.size(), 20U);
  if (!std::filesystem::exists(testing::media_folder()))
    GTEST_SKIP() << "no photographs: ../shared/media does not exist";
  for (const auto& one : cases) {
    auto bytes =
      testing::read_file(testing::media_folder() / "images" / one.name);
    if (bytes.empty())
      bytes =
        testing::read_file(testing::media_folder() / "image_modes" / one.name);
    expect_same(one, bytes);
  }
}

} // namespace

} // namespace troupe::image
