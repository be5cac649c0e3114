// Damaged, huge and odd files: an error that says what is wrong, or a picture
// and a note; never a crash, never memory for what only a header claims.

#include "domain/image/descriptors/description.hpp"
#include "domain/image/preprocess.hpp"
#include "tests/domain/image/pictures.hpp"
#include "tests/io/image/image_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>

namespace troupe {

namespace {

using image::image_size;
using testing::file_bytes;
using ::testing::HasSubstr;
using testing::small_file;

const std::vector<std::string>& readable_files() {
  static const std::vector<std::string> names{
    "baseline.jpg",   "progressive.jpg", "cmyk.jpg",      "orientation_6.jpg",
    "broken_icc.jpg", "rgba.png",        "palette.png",   "palette_alpha.png",
    "interlaced.png", "rgb_16.png",      "one_bit.png",   "alpha.webp",
    "animated.webp",  "lossy.webp",      "lossless.webp", "grey.jpg"};
  return names;
}

class image_bad_input_test : public ::testing::Test {
protected:
  [[nodiscard]] result<image::prepared_picture>
  prepare(const file_bytes& bytes) const {
    image::pixel_rules rules;
    // Keeps a damaged header from costing much time.
    rules.limits.pixels_max = 4'000'000;
    return image::prepare(adapters_.ports(), bytes,
                          image::find_recipe("clip").value(), rules);
  }

  /// A picture, or an error with a detail and one of these codes.
  void expect_calm(const file_bytes& bytes, const std::string& what) const {
    const auto made = prepare(bytes);
    if (made) {
      EXPECT_EQ(made->rgb.size(), 3U * 224 * 224) << what;
      return;
    }
    EXPECT_FALSE(made.failure().detail.empty()) << what;
    EXPECT_THAT(
      made.failure().code,
      ::testing::AnyOf(errc::corrupt, errc::unsupported, errc::too_large))
      << what << ": " << made.failure().detail;
  }

  testing::image_adapters adapters_;
};

// -- cut off and damaged ------------------------------------------------------

TEST_F(image_bad_input_test, survives_being_cut_off_at_every_percent) {
  for (const auto& name : readable_files()) {
    const auto whole = small_file(name);
    ASSERT_FALSE(whole.empty()) << name;
    for (std::size_t percent = 0; percent < 100; ++percent)
      expect_calm({whole.begin(), whole.begin()
                                    + static_cast<std::ptrdiff_t>(
                                      whole.size() * percent / 100)},
                  name + " at " + std::to_string(percent));
  }
}

TEST_F(image_bad_input_test, gives_what_exists_of_a_jpeg_and_says_so) {
  auto bytes = small_file("baseline.jpg");
  bytes.resize(bytes.size() * 7 / 10);
  const auto made = prepare(bytes);
  ASSERT_TRUE(made) << made.failure().detail;
  EXPECT_THAT(made->facts.notes,
              ::testing::ElementsAre(HasSubstr("damaged: ")));
}

TEST_F(image_bad_input_test, says_that_a_png_or_webp_is_cut_off) {
  for (const auto* name : {"rgb.png", "interlaced.png", "lossless.webp"}) {
    auto bytes = small_file(name);
    bytes.resize(bytes.size() * 7 / 10);
    const auto made = prepare(bytes);
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.failure().code, errc::corrupt);
    EXPECT_THAT(made.failure().detail, HasSubstr("restore the file"));
  }
}

TEST_F(image_bad_input_test, says_that_a_file_is_empty) {
  const auto made = prepare({});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.failure().detail, HasSubstr("the file is empty"));
}

// -- claims -------------------------------------------------------------------

/// The file with its header claiming 65535 x 65535 (WebP: 16383).
file_bytes with_huge_claim(file_bytes bytes, const std::string& name) {
  if (name.ends_with(".jpg")) {
    // The frame header: FF C0 or FF C2, length, precision, height, width.
    for (std::size_t i = 0; i + 8 < bytes.size(); ++i)
      if (bytes[i] == 0xFF && (bytes[i + 1] == 0xC0 || bytes[i + 1] == 0xC2)) {
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(i) + 5, 4,
                    std::uint8_t{0xFF});
        break;
      }
  } else if (name.ends_with(".png")) {
    // Width and height behind IHDR, and its check sum made right again.
    const std::array<std::uint8_t, 8> claim{0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF};
    std::copy(claim.begin(), claim.end(), bytes.begin() + 16);
    const auto sum =
      testing::crc32(std::span<const std::uint8_t>{bytes}.subspan(12, 17));
    for (std::size_t i = 0; i < 4; ++i)
      bytes[29 + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
  } else {
    // VP8L: 14 bits each of width and height less 1, behind its mark 0x2F.
    const auto mark = std::find(bytes.begin() + 20, bytes.end(), 0x2F);
    if (bytes.end() - mark > 4) {
      mark[1] = mark[2] = mark[3] = 0xFF;
      mark[4] |= 0x0F;
    }
  }
  return bytes;
}

TEST_F(image_bad_input_test, refuses_huge_claims_by_the_header_alone) {
  for (const auto* name : {"baseline.jpg", "progressive.jpg", "cmyk.jpg",
                           "rgb.png", "interlaced.png", "lossless.webp"}) {
    const auto bytes = with_huge_claim(small_file(name), name);
    const auto opened = adapters_.codec->open(bytes, {});
    ASSERT_FALSE(opened) << name;
    EXPECT_EQ(opened.failure().code, errc::too_large)
      << name << ": " << opened.failure().detail;
  }
}

TEST_F(image_bad_input_test, refuses_scans_that_need_more_bytes_than_allowed) {
  decode_wishes wishes;
  wishes.limits.working_bytes_max = 1'000;
  const auto progressive = small_file("progressive.jpg");
  const auto opened = adapters_.codec->open(progressive, wishes);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.failure().code, errc::too_large);
  // One scan needs no such memory.
  EXPECT_TRUE(adapters_.codec->open(small_file("baseline.jpg"), wishes));
  EXPECT_FALSE(adapters_.codec->open(small_file("interlaced.png"), wishes));
  EXPECT_FALSE(adapters_.codec->open(small_file("lossy.webp"), wishes));
}

/// A progressive JPEG whose last scan comes again and again.
file_bytes with_many_scans(std::size_t scans) {
  auto bytes = small_file("progressive.jpg");
  std::size_t last = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i)
    if (bytes[i] == 0xFF && bytes[i + 1] == 0xDA)
      last = i;
  const file_bytes scan(bytes.begin() + static_cast<std::ptrdiff_t>(last),
                        bytes.end() - 2);
  bytes.resize(last);
  for (std::size_t i = 0; i < scans; ++i)
    bytes.insert(bytes.end(), scan.begin(), scan.end());
  bytes.insert(bytes.end(), {0xFF, 0xD9});
  return bytes;
}

TEST_F(image_bad_input_test, stops_a_picture_that_refines_itself_for_ever) {
  EXPECT_TRUE(prepare(with_many_scans(20)));
  const auto made = prepare(with_many_scans(2'000));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.failure().code, errc::too_large);
  EXPECT_THAT(made.failure().detail, HasSubstr("more than 100 scans"));
}

// -- odd shapes ---------------------------------------------------------------

/// An opaque PNG of noise.
file_bytes png_of(image_size size) {
  // Uncompressed blocks: no encoder is needed, and the size is no limit.
  file_bytes rows;
  const auto pixels = testing::noise(size.pixels() * 3, 1);
  for (std::size_t y = 0; y < size.height; ++y) {
    rows.push_back(0);
    rows.insert(rows.end(), &pixels[y * size.width * 3],
                &pixels[y * size.width * 3] + size.width * 3);
  }
  file_bytes packed{0x78, 0x01};
  std::uint32_t low = 1;
  std::uint32_t high = 0;
  for (const auto byte : rows) {
    low = (low + byte) % 65'521;
    high = (high + low) % 65'521;
  }
  for (std::size_t at = 0; at < rows.size(); at += 60'000) {
    const auto now = std::min<std::size_t>(60'000, rows.size() - at);
    packed.push_back(at + now == rows.size() ? 1 : 0);
    for (const auto length : {now, ~now}) {
      packed.push_back(static_cast<std::uint8_t>(length));
      packed.push_back(static_cast<std::uint8_t>(length >> 8));
    }
    packed.insert(packed.end(), &rows[at], &rows[at] + now);
  }
  const auto put = [](file_bytes& to, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8)
      to.push_back(static_cast<std::uint8_t>(number >> shift));
  };
  put(packed, high << 16 | low);
  file_bytes png{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  const auto chunk = [&](const std::string& kind, const file_bytes& data) {
    put(png, static_cast<std::uint32_t>(data.size()));
    file_bytes summed(kind.begin(), kind.end());
    summed.insert(summed.end(), data.begin(), data.end());
    png.insert(png.end(), summed.begin(), summed.end());
    put(png, testing::crc32(std::span<const std::uint8_t>{summed}));
  };
  file_bytes header;
  put(header, size.width);
  put(header, size.height);
  header.insert(header.end(), {8, 2, 0, 0, 0});
  chunk("IHDR", header);
  chunk("IDAT", packed);
  chunk("IEND", {});
  return png;
}

TEST_F(image_bad_input_test, takes_pictures_of_one_pixel_and_of_one_column) {
  for (const image_size size :
       {image_size{1, 1}, {1, 10'000}, {10'000, 1}, {2, 3}}) {
    const auto bytes = png_of(size);
    for (const auto& how : image::recipes()) {
      const auto made = image::prepare(adapters_.ports(), bytes, how, {});
      ASSERT_TRUE(made) << how.name << ' ' << made.failure().detail;
      EXPECT_EQ(made->rgb.size(), 3U * how.crop * how.crop);
    }
  }
}

TEST_F(image_bad_input_test, believes_the_content_and_not_a_name) {
  // The port has no name to be led astray by; each codec knows its own only.
  const auto png = small_file("rgb.png");
  EXPECT_TRUE(adapters_.codec->reads(png));
  EXPECT_FALSE(io::open_libjpeg_image_codec()->reads(png));
  EXPECT_FALSE(io::open_webp_image_codec()->reads(png));
  EXPECT_TRUE(io::open_spng_image_codec()->reads(png));
}

// -- fuzzing ------------------------------------------------------------------

/// A file with up to 8 flipped, changed, moved or missing bytes.
file_bytes mutated(file_bytes bytes, std::mt19937& random) {
  const auto changes = 1 + random() % 8;
  for (std::size_t i = 0; i < changes && !bytes.empty(); ++i) {
    const auto at = random() % bytes.size();
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    switch (random() % 6) {
    case 0:
      *place = static_cast<std::uint8_t>(random());
      break;
    case 1:
      bytes.erase(place);
      break;
    case 2:
      bytes.insert(place, static_cast<std::uint8_t>(random()));
      break;
    case 3:
      *place = 0xFF;
      break;
    case 4:
      bytes.resize(at);
      break;
    default:
      *place ^= static_cast<std::uint8_t>(1U << random() % 8);
    }
  }
  return bytes;
}

/// 1,200 files of each kind; 100,000 in all with TROUPE_CAMPAIGN=full, which
/// goes on where TROUPE_CAMPAIGN_FROM says it stopped.
TEST_F(image_bad_input_test, survives_mutated_files) {
  const char* campaign = std::getenv("TROUPE_CAMPAIGN");
  const bool full = campaign != nullptr && std::string{campaign} == "full";
  const char* from = std::getenv("TROUPE_CAMPAIGN_FROM");
  const auto kinds = readable_files().size();
  const std::size_t count = full ? 100'000 : 1'200 * kinds;
  std::vector<file_bytes> wholes;
  for (const auto& name : readable_files())
    wholes.push_back(small_file(name));
  for (auto i = full && from != nullptr ? std::stoul(from) : 0; i < count;
       ++i) {
    // One seed a file: any of them can be made again by its number.
    std::mt19937 random{static_cast<std::uint32_t>(i)};
    expect_calm(mutated(wholes[i % kinds], random),
                readable_files()[i % kinds] + " " + std::to_string(i));
    if (full && i % 1'000 == 0)
      std::printf("mutated files: %zu of %zu\n", i, count);
  }
}

} // namespace

} // namespace troupe
