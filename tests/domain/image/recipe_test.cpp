#include "domain/image/recipe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troupe::image {

namespace {

using ::testing::ElementsAre;

recipe named(std::string_view name) {
  const auto found = find_recipe(name);
  EXPECT_TRUE(found) << name;
  return found.value_or(recipe{});
}

TEST(recipe_test, has_the_recipes_of_the_contract) {
  std::vector<std::string_view> names;
  for (const auto& one : recipes())
    names.push_back(one.name);
  EXPECT_THAT(names, ElementsAre("imagenet", "clip", "dinov2", "siglip", "tf",
                                 "caffe", "letterbox"));
  EXPECT_FALSE(find_recipe("nothing"));
}

TEST(recipe_test, names_its_version_and_mode) {
  EXPECT_EQ(recipe_id(named("clip"), decode_mode::exact), "clip-1/exact");
  EXPECT_EQ(recipe_id(named("tf"), decode_mode::fast), "tf-1/fast");
}

TEST(recipe_test, crops_the_centre_with_halves_to_even) {
  // int(256 * 500 / 375) = 341; (341 - 224) / 2 = 58.5 goes to 58.
  const auto wide = place(named("imagenet"), {500, 375});
  EXPECT_EQ(wide.request.to, (image_size{341, 256}));
  EXPECT_EQ(wide.request.crop.left, 58U);
  EXPECT_EQ(wide.request.crop.top, 16U);
  // int(224 * 299 / 224) = 299; 75 / 2 = 37.5 goes to 38.
  const auto tall = place(named("clip"), {224, 299});
  EXPECT_EQ(tall.request.crop.top, 38U);
}

TEST(recipe_test, centres_a_letterbox_with_the_smaller_half_first) {
  // 640 / 500 * 333 = 426.24: 426 rows, 214 left, 107 above.
  const auto box = place(named("letterbox"), {500, 333});
  EXPECT_EQ(box.request.to, (image_size{640, 426}));
  EXPECT_EQ(box.top, 107U);
  EXPECT_EQ(box.left, 0U);
  EXPECT_EQ(box.grey, 114);
  // 427 rows: 213 left, 106 above.
  EXPECT_EQ(place(named("letterbox"), {1000, 667}).top, 106U);
}

TEST(recipe_test, places_extreme_shapes) {
  for (const auto& one : recipes())
    for (const image_size size :
         {image_size{1, 1}, {1, 10'000}, {65'535, 1}, {65'535, 65'535}}) {
      const auto where = place(one, size);
      const auto& crop = where.request.crop;
      EXPECT_LE(crop.left + crop.size.width, where.request.to.width);
      EXPECT_LE(crop.top + crop.size.height, where.request.to.height);
      EXPECT_LE(where.left + crop.size.width, where.canvas.width);
      EXPECT_LE(where.top + crop.size.height, where.canvas.height);
      EXPECT_GT(crop.size.pixels(), 0U);
    }
}

TEST(recipe_test, computes_the_formulas) {
  const std::vector<std::uint8_t> rgb{255, 0, 128};
  EXPECT_THAT(tensor_of(named("imagenet"), rgb),
              ElementsAre((1.0F - 0.485F) / 0.229F, (0.0F - 0.456F) / 0.224F,
                          (128.0F / 255.0F - 0.406F) / 0.225F));
  EXPECT_THAT(tensor_of(named("tf"), rgb),
              ElementsAre(1.0F, -1.0F, 128.0F / 127.5F - 1.0F));
  EXPECT_THAT(tensor_of(named("caffe"), rgb),
              ElementsAre(128.0F - 103.939F, -116.779F, 255.0F - 123.68F));
  EXPECT_THAT(tensor_of(named("letterbox"), rgb),
              ElementsAre(1.0F, 0.0F, 128.0F / 255.0F));
}

TEST(recipe_test, orders_tensors_as_the_layout_says) {
  const std::vector<std::uint8_t> two_pixels{255, 0, 0, 0, 0, 255};
  EXPECT_THAT(tensor_of(named("letterbox"), two_pixels),
              ElementsAre(1.0F, 0.0F, 0.0F, 0.0F, 0.0F, 1.0F));
  EXPECT_THAT(tensor_of(named("tf"), two_pixels),
              ElementsAre(1.0F, -1.0F, -1.0F, -1.0F, -1.0F, 1.0F));
}

} // namespace

} // namespace troupe::image
