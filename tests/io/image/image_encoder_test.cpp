// What is written is read back by our own codecs, whose reading is tested
// against Pillow's.

#include "domain/image/orientation.hpp"
#include "tests/domain/image/pictures.hpp"
#include "tests/io/image/image_files.hpp"
#include "tools/image_adapters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace troupe {

namespace {

using image::image_size;
using image::picture;

class image_encoder_test : public ::testing::Test {
protected:
  /// The file, its rows handed over in pieces of 5.
  [[nodiscard]] result<testing::file_bytes>
  write(const encode_plan& plan, const std::uint8_t* rows) const {
    testing::file_bytes file;
    auto writer = adapters_.encoder->begin(
      plan, [&file](std::span<const std::uint8_t> bytes) {
        file.insert(file.end(), bytes.begin(), bytes.end());
        return result<void>{};
      });
    if (!writer)
      return writer.failure();
    const std::size_t stride = std::size_t{plan.size.width} * 4
                               * static_cast<std::size_t>(plan.sample_bits / 8);
    for (std::uint32_t y = 0; y < plan.size.height; y += 5) {
      const auto count = std::min(5U, plan.size.height - y);
      if (auto done =
            writer.value()->write_rows(rows + y * stride, stride, count);
          !done)
        return done.failure();
    }
    if (auto done = writer.value()->finish(); !done)
      return done.failure();
    return file;
  }

  /// A picture of soft colours and its plan.
  static picture soft(image_size size) {
    auto made = picture::blank(size);
    for (std::uint32_t y = 0; y < size.height; ++y)
      for (std::uint32_t x = 0; x < size.width; ++x) {
        auto* pixel = made.row(y) + std::size_t{x} * 4;
        pixel[0] = static_cast<std::uint8_t>(2 * x);
        pixel[1] = static_cast<std::uint8_t>(3 * y);
        pixel[2] = static_cast<std::uint8_t>(x + y);
        pixel[3] = 255;
      }
    return made;
  }

  [[nodiscard]] picture
  read_back(const result<testing::file_bytes>& file) const {
    EXPECT_TRUE(file) << (file ? "" : file.failure().detail);
    image::pixel_rules rules;
    rules.lay_on_white = false;
    rules.turn_upright = false;
    rules.convert_colours = false;
    auto made = read_picture(adapters_.ports(), *file, rules);
    EXPECT_TRUE(made) << (made ? "" : made.failure().detail);
    return *made;
  }

  static double mean_difference(const picture& a, const picture& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.rgba.size(); ++i)
      sum += std::abs(a.rgba[i] - b.rgba[i]);
    return sum / static_cast<double>(a.rgba.size());
  }

  image_adapters adapters_ = open_image_adapters();
};

TEST_F(image_encoder_test, writes_png_without_loss) {
  for (const bool with_alpha : {false, true}) {
    auto from = testing::seeded_picture({37, 23}, 1);
    if (!with_alpha)
      for (std::size_t i = 3; i < from.rgba.size(); i += 4)
        from.rgba[i] = 255;
    encode_plan plan;
    plan.size = from.size;
    plan.with_alpha = with_alpha;
    EXPECT_EQ(read_back(write(plan, from.rgba.data())).rgba, from.rgba);
  }
}

TEST_F(image_encoder_test, writes_png_of_16_bits_without_loss) {
  const image_size size{19, 11};
  const auto bytes = testing::noise(size.pixels() * 8, 2);
  encode_plan plan;
  plan.size = size;
  plan.sample_bits = 16;
  plan.with_alpha = true;
  const auto file = write(plan, bytes.data());
  ASSERT_TRUE(file);
  decode_wishes wishes;
  wishes.deep = true;
  auto reader = adapters_.codec->open(*file, wishes);
  ASSERT_TRUE(reader);
  std::vector<std::uint8_t> back(bytes.size());
  ASSERT_TRUE(reader.value()->read_rows(
    back.data(), reader.value()->header().row_bytes(), size.height));
  EXPECT_EQ(back, bytes);
}

TEST_F(image_encoder_test, writes_webp_without_loss_when_asked) {
  const auto from = testing::seeded_picture({33, 20}, 3);
  encode_plan plan;
  plan.format = image_format::webp;
  plan.size = from.size;
  plan.lossless = true;
  auto opaque = from;
  for (std::size_t i = 3; i < opaque.rgba.size(); i += 4)
    opaque.rgba[i] = 255;
  EXPECT_EQ(read_back(write(plan, from.rgba.data())).rgba, opaque.rgba);
}

TEST_F(image_encoder_test, writes_jpeg_and_webp_close_to_the_original) {
  const auto from = soft({120, 80});
  for (const auto format : {image_format::jpeg, image_format::webp})
    for (const int quality : {80, 95}) {
      encode_plan plan;
      plan.format = format;
      plan.size = from.size;
      plan.quality = quality;
      const auto back = read_back(write(plan, from.rgba.data()));
      // Soft colours survive to about one step; 3 would be a wrong matrix.
      EXPECT_LT(mean_difference(back, from), 2.0)
        << to_string(format) << ' ' << quality;
    }
}

TEST_F(image_encoder_test, carries_exif_and_profile_through_every_format) {
  const auto from = soft({40, 30});
  const auto sample = testing::small_file("orientation_6.jpg");
  const auto reader = adapters_.codec->open(sample, {});
  ASSERT_TRUE(reader);
  for (const auto format :
       {image_format::jpeg, image_format::png, image_format::webp}) {
    encode_plan plan;
    plan.format = format;
    plan.size = from.size;
    plan.exif = image::with_orientation(reader.value()->header().exif, 3);
    plan.icc = testing::noise(3'000, 4);
    const auto file = write(plan, from.rgba.data());
    ASSERT_TRUE(file) << to_string(format) << ": " << file.failure().detail;
    const auto back = adapters_.codec->open(*file, {});
    ASSERT_TRUE(back) << to_string(format);
    EXPECT_EQ(back.value()->header().exif, plan.exif) << to_string(format);
    EXPECT_EQ(back.value()->header().orientation, 3) << to_string(format);
    EXPECT_EQ(back.value()->header().icc, plan.icc) << to_string(format);
  }
}

TEST_F(image_encoder_test, refuses_what_a_format_cannot_hold) {
  const std::vector<encode_plan> plans{
    {image_format::jpeg, {10, 10}, false, 16, 90, false, {}, {}},
    {image_format::jpeg, {65'501, 1}, false, 8, 90, false, {}, {}},
    {image_format::webp, {16'384, 1}, false, 8, 90, false, {}, {}},
    {image_format::webp, {10, 10}, false, 16, 90, false, {}, {}},
    {image_format::png, {0, 10}, false, 8, 90, false, {}, {}},
    {image_format::png, {10, 10}, false, 12, 90, false, {}, {}}};
  for (const auto& plan : plans) {
    const auto begun =
      adapters_.encoder->begin(plan, [](auto) { return result<void>{}; });
    ASSERT_FALSE(begun) << to_string(plan.format);
    EXPECT_EQ(begun.failure().code, errc::invalid_argument);
  }
}

TEST_F(image_encoder_test, ends_with_the_sinks_failure_wherever_it_comes) {
  const auto from = testing::seeded_picture({300, 200}, 5);
  for (const auto format :
       {image_format::jpeg, image_format::png, image_format::webp}) {
    encode_plan plan;
    plan.format = format;
    plan.size = from.size;
    plan.quality = 100;
    std::size_t calls = 0;
    // Count them first, then let each one fail.
    auto writer = adapters_.encoder->begin(plan, [&](auto) {
      ++calls;
      return result<void>{};
    });
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer.value()->write_rows(from.rgba.data(), 1'200, 200));
    ASSERT_TRUE(writer.value()->finish());
    const auto all = calls;
    ASSERT_GT(all, 0U);
    for (std::size_t failing = 1; failing <= all; ++failing) {
      calls = 0;
      const auto sink = [&](auto) {
        return ++calls == failing ? result<void>{error{errc::no_space, "full"}}
                                  : result<void>{};
      };
      auto failed = [&]() -> result<void> {
        auto begun = adapters_.encoder->begin(plan, sink);
        if (!begun)
          return begun.failure();
        if (auto rows = begun.value()->write_rows(from.rgba.data(), 1'200, 200);
            !rows)
          return rows;
        return begun.value()->finish();
      }();
      ASSERT_FALSE(failed) << to_string(format) << ' ' << failing;
      EXPECT_EQ(failed.failure().code, errc::no_space);
    }
  }
}

} // namespace

} // namespace troupe
