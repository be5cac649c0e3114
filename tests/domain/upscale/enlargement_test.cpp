#include "domain/image/orientation.hpp"
#include "domain/upscale/enlargement.hpp"
#include "domain/upscale/written_row.hpp"
#include "tests/domain/network/made_weights.hpp"
#include "tests/fakes/memory_file_source.hpp"
#include "tests/io/image/image_files.hpp"
#include "tools/image_adapters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace troupe::upscale {
namespace {

using testing::load_made;
using testing::made_network;
using testing::make_file;
using testing::memory_file_source;
using testing::small_file;

constexpr std::size_t roomy = std::size_t{64} << 20U;

class enlargement_test : public ::testing::Test {
protected:
  result<source_picture> read(const std::string& name) {
    const auto bytes = small_file(name);
    EXPECT_FALSE(bytes.empty()) << name;
    return read_source(adapters_.ports(), bytes, {});
  }

  result<std::unique_ptr<enlargement>> begin(const source_picture& picture,
                                             std::size_t scratch = roomy) {
    shared_ = std::make_shared<const source_picture>(picture);
    const auto to = ordered_size(order_, picture.size, 1'000'000'000);
    EXPECT_TRUE(to);
    const auto plan = plan_scale(
      picture.size, *to, weights_ ? weights_->graph().factor : std::size_t{1});
    return enlargement::begin({adapters_.encoder.get(), &files_}, order_,
                              shared_, weights_, plan, scratch);
  }

  /// The whole way; tiles taken back in an order that the seed decides.
  result<void> enlarge(const source_picture& picture, unsigned seed = 0,
                       std::size_t scratch = roomy) {
    auto work = begin(picture, scratch);
    if (!work)
      return work.failure();
    std::mt19937 random{seed};
    std::vector<tile_task> given;
    tile_maker maker;
    while ((*work)->tiles_left() > 0) {
      while (auto task = (*work)->next_tile())
        given.push_back(*task);
      EXPECT_FALSE(given.empty());
      const auto pick = seed == 0 ? 0 : random() % given.size();
      const auto task = given[pick];
      given.erase(given.begin() + static_cast<std::ptrdiff_t>(pick));
      if (auto taken = (*work)->take(task.part, maker.make(task)); !taken)
        return taken;
    }
    notes_ = (*work)->notes();
    return (*work)->finish();
  }

  /// What was written, decoded.
  source_picture written() {
    auto made = read_source(adapters_.ports(), files_.at(order_.output), {});
    EXPECT_TRUE(made) << made.failure().detail;
    return made ? *made : source_picture{};
  }

  image_adapters adapters_ = open_image_adapters();
  memory_file_source files_;
  upscale_order order_{"in", "out", {}, "made", 2};
  weights_ptr weights_ = load_made(make_file({}));
  std::shared_ptr<const source_picture> shared_;
  std::vector<std::string> notes_;
};

// -- sources ------------------------------------------------------------------

/// The same pixels as four samples each.
image::picture as_rgba(const source_picture& from) {
  auto made = image::picture::blank(from.size);
  spread_row(from.pixels, from.format, false, {4, 8},
             std::as_writable_bytes(std::span{made.rgba}));
  return made;
}

TEST_F(enlargement_test, pictures_stand_upright_whatever_their_orientation) {
  // All eight files hold the same stored pixels.
  const auto stored = as_rgba(*read("orientation_1.jpg"));
  for (int i = 1; i <= 8; ++i) {
    const auto turned = read("orientation_" + std::to_string(i) + ".jpg");
    ASSERT_TRUE(turned);
    const auto expected = image::upright(stored.view(), i);
    EXPECT_EQ(turned->size, expected.size) << i;
    EXPECT_EQ(as_rgba(*turned).rgba, expected.rgba) << i;
    EXPECT_EQ(image::orientation_of(turned->exif), 1) << i;
  }
}

TEST_F(enlargement_test, channels_that_say_nothing_are_dropped) {
  struct row {
    const char* name;
    std::size_t channels;
    std::size_t bits;
  };

  for (const auto& [name, channels, bits] :
       std::vector<row>{{"grey.png", 1, 8},
                        {"grey.jpg", 1, 8},
                        {"grey_16.png", 1, 16},
                        {"grey_alpha.png", 2, 8},
                        {"one_bit.png", 1, 8},
                        {"palette.png", 3, 8},
                        {"palette_alpha.png", 4, 8},
                        {"rgb.png", 3, 8},
                        {"rgb_16.png", 3, 16},
                        {"rgba.png", 4, 8},
                        {"interlaced.png", 3, 8},
                        {"cmyk.jpg", 3, 8},
                        {"cmyk_without_adobe.jpg", 3, 8},
                        {"lossy.webp", 3, 8},
                        {"alpha.webp", 4, 8}}) {
    const auto picture = read(name);
    ASSERT_TRUE(picture) << name << picture.failure().detail;
    EXPECT_EQ(picture->format, (row_format{channels, bits})) << name;
    EXPECT_EQ(picture->pixels.size(),
              picture->size.pixels() * picture->format.pixel_bytes());
  }
}

TEST_F(enlargement_test, what_a_person_should_know_is_noted) {
  EXPECT_NE(read("animated.webp")->notes.at(0).find("first frame"),
            std::string::npos);
  const auto broken = read("broken_icc.jpg");
  ASSERT_TRUE(broken);
  EXPECT_TRUE(broken->icc.empty());
  EXPECT_NE(broken->notes.at(0).find("profile"), std::string::npos);
}

// -- the way through ----------------------------------------------------------

TEST_F(enlargement_test, the_file_is_the_same_in_whatever_order_tiles_come) {
  const auto picture = read("rgba.png");
  // So little memory that bands are a few rows high.
  const auto scratch =
    network::upscale_scratch::bytes_for(*weights_) + (1U << 13U);
  ASSERT_TRUE(enlarge(*picture));
  const auto whole = written();
  ASSERT_EQ(whole.size, (image::image_size{picture->size.width * 2,
                                           picture->size.height * 2}));
  for (const unsigned seed : {0U, 1U, 2U, 3U}) {
    order_.output = "out" + std::to_string(seed);
    ASSERT_TRUE(enlarge(*picture, seed, scratch));
    EXPECT_EQ(written().pixels, whole.pixels) << seed;
  }
}

TEST_F(enlargement_test, formats_depth_and_transparency_come_through) {
  struct row {
    const char* name;
    image_format format;
    std::size_t channels;
    std::size_t bits;
    std::size_t notes;
  };

  for (const auto& [name, format, channels, bits, notes] : std::vector<row>{
         {"rgb_16.png", image_format::png, 3, 16, 0},
         {"grey_16.png", image_format::png, 1, 16, 0},
         {"rgb_16.png", image_format::jpeg, 3, 8, 1},
         {"rgba.png", image_format::png, 4, 8, 0},
         {"rgba.png", image_format::webp, 4, 8, 0},
         {"rgba.png", image_format::jpeg, 3, 8, 1},
         {"palette_alpha.png", image_format::png, 4, 8, 0},
         {"cmyk.jpg", image_format::png, 3, 8, 0},
         {"grey.jpg", image_format::jpeg, 1, 8, 0},
       }) {
    order_.format = format;
    order_.force = true;
    ASSERT_TRUE(enlarge(*read(name))) << name;
    EXPECT_EQ(notes_.size(), notes) << name << to_string(format);
    const auto made = written();
    EXPECT_EQ(made.file_format, format);
    EXPECT_EQ(made.format, (row_format{channels, bits})) << name;
  }
}

TEST_F(enlargement_test, any_factor_gives_exactly_the_ordered_size) {
  const auto picture = read("rgb.png");
  order_.force = true;
  for (const double factor : {1.5, 2.7, 5.0, 1.0, 0.5}) {
    order_.factor = factor;
    weights_ = factor > 1 ? load_made(make_file({})) : nullptr;
    ASSERT_TRUE(enlarge(*picture)) << factor;
    EXPECT_EQ(written().size, *ordered_size(order_, picture->size, 1U << 30U));
  }
}

TEST_F(enlargement_test, a_size_that_is_kept_keeps_every_pixel) {
  weights_ = nullptr;
  order_.factor = 1;
  const auto picture = read("rgb_16.png");
  ASSERT_TRUE(enlarge(*picture));
  EXPECT_EQ(written().pixels, picture->pixels);
}

TEST_F(enlargement_test, profile_and_exif_are_kept) {
  for (const auto* name : {"orientation_6.jpg", "baseline.jpg", "rgb.png"}) {
    auto picture = read(name);
    ASSERT_TRUE(picture);
    for (const auto format :
         {image_format::png, image_format::jpeg, image_format::webp}) {
      order_.format = format;
      order_.force = true;
      ASSERT_TRUE(enlarge(*picture));
      EXPECT_EQ(written().icc, picture->icc) << name << to_string(format);
      EXPECT_EQ(written().exif, picture->exif) << name << to_string(format);
    }
  }
}

// -- what goes wrong ----------------------------------------------------------

TEST_F(enlargement_test, a_full_disk_leaves_nothing_behind) {
  files_.room = 300;
  const auto done = enlarge(*read("rgb.png"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.failure().code, errc::no_space);
  EXPECT_FALSE(files_.has("out"));
}

TEST_F(enlargement_test, nothing_is_overwritten_but_by_force) {
  files_.put("out", {1, 2, 3});
  const auto refused = enlarge(*read("rgb.png"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().code, errc::refused);
  EXPECT_EQ(files_.at("out").size(), 3U);
  order_.force = true;
  EXPECT_TRUE(enlarge(*read("rgb.png")));
  EXPECT_GT(files_.at("out").size(), 3U);
}

TEST_F(enlargement_test, more_scratch_than_allowed_is_refused_by_name) {
  const auto refused =
    begin(*read("rgb.png"), network::upscale_scratch::bytes_for(*weights_));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().code, errc::too_large);
  EXPECT_NE(refused.failure().detail.find("scratch_mib_max"),
            std::string::npos);
  EXPECT_FALSE(files_.has("out"));
}

TEST_F(enlargement_test, what_a_format_cannot_hold_is_refused_before_work) {
  auto wide = *read("grey.png");
  wide.size = {9'000, 1};
  wide.pixels.resize(9'000);
  order_.format = image_format::webp;
  const auto refused = begin(wide);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().code, errc::invalid_argument);
}

TEST_F(enlargement_test, odd_shapes_go_through) {
  for (const auto& size :
       {image::image_size{1, 1}, {1, 3'000}, {3'000, 1}, {257, 2}}) {
    auto picture = *read("grey.png");
    picture.size = size;
    picture.pixels.assign(size.pixels(), std::byte{77});
    order_.force = true;
    ASSERT_TRUE(enlarge(picture)) << size.width;
    EXPECT_EQ(written().size,
              (image::image_size{size.width * 2, size.height * 2}));
  }
}

} // namespace
} // namespace troupe::upscale
