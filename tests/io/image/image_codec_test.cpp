#include "tests/io/image/image_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lcms2.h>

namespace troupe {

namespace {

using image::pixel_rules;
using image::pixel_source;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::small_file;

class image_codec_test : public ::testing::Test {
protected:
  [[nodiscard]] result<image::picture>
  read(const testing::file_bytes& bytes, const pixel_rules& rules = {}) const {
    return read_picture(adapters_.ports(), bytes, rules);
  }

  testing::image_adapters adapters_;
};

TEST_F(image_codec_test, tells_what_a_header_says) {
  const auto bytes = small_file("orientation_6.jpg");
  const auto reader = adapters_.codec->open(bytes, {});
  ASSERT_TRUE(reader);
  const auto& header = reader.value()->header();
  EXPECT_EQ(header.format, image_format::jpeg);
  EXPECT_EQ(header.stored, (image::image_size{61, 47}));
  EXPECT_EQ(header.orientation, 6);
  EXPECT_FALSE(header.has_alpha);
}

TEST_F(image_codec_test, gives_16_bits_where_they_are_wanted) {
  const auto bytes = small_file("grey_16.png");
  decode_wishes wishes;
  wishes.deep = true;
  const auto reader = adapters_.codec->open(bytes, wishes);
  ASSERT_TRUE(reader);
  const auto& header = reader.value()->header();
  EXPECT_EQ(header.sample_bits, 16);
  std::vector<std::uint16_t> row(header.row_bytes() / 2);
  ASSERT_TRUE(reader.value()->read_rows(
    reinterpret_cast<std::uint8_t*>(row.data()), header.row_bytes(), 1));
  // The first pixel of the script: 128 on both axes, then spread to 16 bits.
  EXPECT_EQ(row.at(0), 128 * 257 ^ 0x5A);
  EXPECT_EQ(row.at(3), 0xFFFF);
}

TEST_F(image_codec_test, says_that_an_animation_gives_its_first_frame) {
  const auto bytes = small_file("animated.webp");
  auto source = pixel_source::open(adapters_.ports(), bytes, {});
  ASSERT_TRUE(source);
  ASSERT_TRUE(source->stream([](const auto*, auto, auto) {}));
  EXPECT_THAT(source->facts().notes,
              ElementsAre("animated: only the first frame is used"));
}

TEST_F(image_codec_test, reads_on_behind_a_broken_profile_and_says_so) {
  const auto bytes = small_file("broken_icc.jpg");
  auto source = pixel_source::open(adapters_.ports(), bytes, {});
  ASSERT_TRUE(source);
  EXPECT_THAT(source->facts().notes,
              ElementsAre(HasSubstr("the colour profile cannot be read")));
}

TEST_F(image_codec_test, shrinks_a_jpeg_while_decoding_in_mode_fast_only) {
  const auto bytes = small_file("baseline.jpg");
  pixel_rules rules;
  auto source = pixel_source::open(adapters_.ports(), bytes, rules);
  ASSERT_TRUE(source);
  source->shrink_towards(7);
  EXPECT_EQ(source->size(), (image::image_size{61, 47}));
  rules.mode = image::decode_mode::fast;
  source = pixel_source::open(adapters_.ports(), bytes, rules);
  // 47 / 2 is 3.3 times 7; a quarter would be only 1.6 times.
  source->shrink_towards(7);
  EXPECT_EQ(source->size(), (image::image_size{31, 24}));
  std::uint32_t rows = 0;
  ASSERT_TRUE(source->stream(
    [&rows](const auto*, auto, std::uint32_t count) { rows += count; }));
  EXPECT_EQ(rows, 24U);
}

TEST_F(image_codec_test, keeps_hidden_colour_when_told_to) {
  pixel_rules rules;
  rules.lay_on_white = false;
  const auto bare = read(small_file("rgba.png"), rules);
  const auto opaque = read(small_file("rgb.png"));
  ASSERT_TRUE(bare);
  ASSERT_TRUE(opaque);
  for (std::size_t i = 0; i < bare->rgba.size(); i += 4)
    for (std::size_t channel = 0; channel < 3; ++channel)
      ASSERT_EQ(bare->rgba[i + channel], opaque->rgba[i + channel]);
}

// -- colour -------------------------------------------------------------------

/// The bytes of a profile that lcms makes.
std::vector<std::uint8_t> bytes_of(cmsHPROFILE profile) {
  cmsUInt32Number length = 0;
  cmsSaveProfileToMem(profile, nullptr, &length);
  std::vector<std::uint8_t> bytes(length);
  cmsSaveProfileToMem(profile, bytes.data(), &length);
  cmsCloseProfile(profile);
  return bytes;
}

/// Display P3: DCI-P3's primaries, white point D65, sRGB's curve.
std::vector<std::uint8_t> display_p3() {
  const cmsCIExyY white{0.3127, 0.3290, 1.0};
  const cmsCIExyYTRIPLE primaries{
    {0.680, 0.320, 1.0}, {0.265, 0.690, 1.0}, {0.150, 0.060, 1.0}};
  const double curve[]{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  auto* tone = cmsBuildParametricToneCurve(nullptr, 4, curve);
  cmsToneCurve* tones[]{tone, tone, tone};
  auto bytes = bytes_of(cmsCreateRGBProfile(&white, &primaries, tones));
  cmsFreeToneCurve(tone);
  return bytes;
}

TEST_F(image_codec_test, converts_display_p3_and_leaves_srgb_alone) {
  const auto srgb = adapters_.profiles->to_srgb(
    bytes_of(cmsCreate_sRGBProfile()), sample_layout::rgba);
  ASSERT_TRUE(srgb);
  EXPECT_EQ(*srgb, nullptr);
  const auto wide =
    adapters_.profiles->to_srgb(display_p3(), sample_layout::rgba);
  ASSERT_TRUE(wide);
  ASSERT_NE(*wide, nullptr);
  std::vector<std::uint8_t> pixels{200, 100, 50, 7, 255, 255, 255, 255};
  wide.value()->apply(pixels.data(), 2);
  // By the matrices of both spaces: P3 (200, 100, 50) is sRGB (214, 95, 33).
  EXPECT_NEAR(pixels[0], 214, 2);
  EXPECT_NEAR(pixels[1], 95, 2);
  EXPECT_NEAR(pixels[2], 33, 3);
  EXPECT_THAT(std::vector(pixels.begin() + 3, pixels.end()),
              ElementsAre(7, 255, 255, 255, 255));
}

TEST_F(image_codec_test, refuses_a_profile_of_other_colours) {
  const auto ink = adapters_.profiles->to_srgb(
    bytes_of(cmsCreate_sRGBProfile()), sample_layout::cmyk);
  ASSERT_FALSE(ink);
  EXPECT_EQ(ink.failure().code, errc::corrupt);
}

// -- what is not read ---------------------------------------------------------

TEST_F(image_codec_test, says_what_to_convert_other_formats_by) {
  const auto text = [](std::string_view bytes) {
    return testing::file_bytes(bytes.begin(), bytes.end());
  };
  const std::vector<std::pair<testing::file_bytes, std::string>> cases{
    {small_file("one_frame.gif"), "a GIF picture is not supported; convert it"},
    {small_file("plain.tiff"), "a TIFF picture is not supported; convert it"},
    {small_file("plain.bmp"), "a BMP picture is not supported; convert it"},
    {text({"\0\0\0\x18"
           "ftypheic\0\0\0\0",
           16}),
     "heif-convert IN.heic OUT.jpg"},
    {text({"\0\0\0\x18"
           "ftypavif\0\0\0\0",
           16}),
     "avifdec IN.avif OUT.png"},
    {text("RIFF____WAVEfmt "), "the file holds WAV audio, no JPEG"},
    {text("once upon a time"), "the file holds plain text, no JPEG"},
  };
  for (const auto& [bytes, words] : cases) {
    const auto made = read(bytes);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.failure().code, errc::unsupported) << words;
    EXPECT_THAT(made.failure().detail, HasSubstr(words));
  }
}

TEST_F(image_codec_test, names_its_libraries) {
  EXPECT_THAT(adapters_.codec->version(),
              ::testing::MatchesRegex(
                "libjpeg-turbo-[0-9.]+ libspng-[0-9.]+ libwebp-[0-9.]+"));
}

} // namespace

} // namespace troupe
