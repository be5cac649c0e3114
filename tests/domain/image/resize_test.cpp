// Results of Pillow, bit for bit; and every vector target against plain code.

#include "domain/image/resize.hpp"
#include "tests/domain/image/pictures.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string>

namespace troupe::image {

// The kernels compiled once more for Highway's EMU128, vectors in plain C++
// (tests/CMakeLists.txt).
void emulated_shrink_rows(const filter_bank& bank,
                          const row_quad& rows) noexcept;
void emulated_mix_rows(const filter_bank& bank, const column_job& job,
                       std::uint8_t* out) noexcept;

namespace {

using testing::crc32;
using testing::noise;
using testing::seeded_picture;

filter filter_named(const std::string& name) {
  for (const auto which :
       {filter::box, filter::bilinear, filter::bicubic, filter::lanczos})
    if (to_string(which) == name)
      return which;
  ADD_FAILURE() << name;
  return filter::box;
}

/// One line of the references that begins with `word`.
struct size_case {
  std::uint32_t seed = 0;
  image_size from;
  image_size to;
  filter which = filter::box;
  std::string expected;
  std::string expected_float;
};

std::vector<size_case> read_cases(const std::string& word) {
  std::ifstream file{TROUPE_SOURCE_DIR "/tests/data/image_references.txt"};
  std::vector<size_case> cases;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields{line};
    std::string first;
    std::string which;
    size_case one;
    fields >> first;
    if (first != word)
      continue;
    fields >> one.seed >> one.from.width >> one.from.height >> one.to.width
      >> one.to.height >> which >> one.expected >> one.expected_float;
    one.which = filter_named(which);
    cases.push_back(one);
  }
  return cases;
}

std::string hex(std::span<const std::uint8_t> bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

picture resized(const size_case& one) {
  return resize(seeded_picture(one.from, one.seed).view(),
                resize_request::whole(one.from, one.to, one.which));
}

// -- against Pillow -----------------------------------------------------------

TEST(resize_test, equals_pillow_byte_for_byte_on_small_arrays) {
  const auto cases = read_cases("array");
  ASSERT_EQ(cases.size(), 2U);
  for (const auto& one : cases)
    EXPECT_EQ(hex(resized(one).rgba), one.expected);
}

TEST(resize_test, equals_pillow_on_300_sizes_and_four_filters) {
  const auto cases = read_cases("resize");
  ASSERT_EQ(cases.size(), 1200U);
  for (const auto& one : cases)
    EXPECT_EQ(fmt::format("{:08x}", crc32(resized(one).rgba)), one.expected)
      << one.seed << ' ' << to_string(one.which);
}

TEST(resize_test, equals_pillow_on_floats) {
  for (const auto& one : read_cases("resize")) {
    const auto from = seeded_picture(one.from, one.seed);
    std::vector<float> plane;
    for (std::size_t i = 0; i < from.rgba.size(); i += 4)
      plane.push_back(static_cast<float>(from.rgba[i]) / 7.0F);
    const auto made = resize_plane(plane, one.from, one.to, one.which);
    EXPECT_EQ(fmt::format("{:08x}", crc32(std::span{made})), one.expected_float)
      << one.seed << ' ' << to_string(one.which);
  }
}

// -- every target -------------------------------------------------------------

/// Restores the choice of targets.
class every_target : public ::testing::Test {
protected:
  ~every_target() override {
    hwy::SetSupportedTargetsForTest(0);
  }

  /// The compiled targets that this processor can run.
  static std::vector<std::int64_t> targets() {
    hwy::SetSupportedTargetsForTest(0);
    const auto all = hwy::SupportedTargets() & HWY_TARGETS;
    std::vector<std::int64_t> found;
    for (std::int64_t bit = 1; bit > 0; bit <<= 1)
      if ((all & bit) != 0)
        found.push_back(bit);
    return found;
  }
};

/// Weights with all 16-bit halves, pixels with all bytes.
struct kernel_case {
  filter_bank bank;
  std::vector<std::uint8_t> rows;
  std::size_t stride;
};

kernel_case make_case(std::uint32_t in, std::uint32_t out, filter which) {
  const std::size_t stride = (in * 4 + 31) / 32 * 32 + row_slack_bytes;
  return {filter_bank{axis::whole(in, out), which},
          noise(stride * std::max<std::size_t>(in, 4), in + out), stride};
}

std::vector<std::uint8_t> shrunk(const kernel_case& one,
                                 void (*kernel)(const filter_bank&,
                                                const row_quad&) noexcept) {
  const auto bytes = one.bank.ranges().size() * 4;
  std::vector<std::uint8_t> out(bytes * rows_together);
  row_quad quad;
  for (std::size_t r = 0; r < rows_together; ++r) {
    quad.in.at(r) = one.rows.data() + r * one.stride;
    quad.out.at(r) = out.data() + r * bytes;
  }
  kernel(one.bank, quad);
  return out;
}

std::vector<std::uint8_t> mixed(const kernel_case& one,
                                void (*kernel)(const filter_bank&,
                                               const column_job&,
                                               std::uint8_t*) noexcept) {
  const std::size_t bytes = one.stride / 32 * 32;
  std::vector<std::uint8_t> out(bytes * one.bank.ranges().size());
  for (std::size_t y = 0; y < one.bank.ranges().size(); ++y)
    kernel(one.bank, {y, one.rows.data(), one.stride, 0, bytes},
           out.data() + y * bytes);
  return out;
}

TEST_F(every_target, computes_the_plain_codes_bits) {
  ASSERT_GE(targets().size(), 2U) << "only one target can run here";
  for (const auto target : targets())
    RecordProperty(hwy::TargetName(target), "tested");
  for (const auto which :
       {filter::box, filter::bilinear, filter::bicubic, filter::lanczos})
    for (const auto& [in, out] : std::vector<std::pair<std::uint32_t, int>>{
           {1, 1}, {1, 9}, {7, 3}, {64, 5}, {129, 40}, {33, 80}, {800, 2}}) {
      const auto one = make_case(in, static_cast<std::uint32_t>(out), which);
      const auto across = shrunk(one, shrink_rows_plainly);
      const auto down = mixed(one, mix_rows_plainly);
      for (const auto target : targets()) {
        hwy::SetSupportedTargetsForTest(target);
        EXPECT_EQ(shrunk(one, shrink_rows), across)
          << hwy::TargetName(target) << ' ' << in << ' ' << out;
        EXPECT_EQ(mixed(one, mix_rows), down)
          << hwy::TargetName(target) << ' ' << in << ' ' << out;
      }
      EXPECT_EQ(shrunk(one, emulated_shrink_rows), across) << in << ' ' << out;
      EXPECT_EQ(mixed(one, emulated_mix_rows), down) << in << ' ' << out;
    }
}

// -- properties ---------------------------------------------------------------

TEST(resize_test, computes_a_crop_as_part_of_the_whole) {
  const image_size from{90, 70};
  const image_size to{41, 33};
  const auto source = seeded_picture(from, 5);
  const auto whole =
    resize(source.view(), resize_request::whole(from, to, filter::bicubic));
  const crop_area crop{7, 9, {20, 11}};
  const auto part = resize(source.view(), {from, to, filter::bicubic, crop});
  for (std::uint32_t y = 0; y < crop.size.height; ++y)
    for (std::size_t i = 0; i < crop.size.width * 4; ++i)
      ASSERT_EQ(part.view().row(y)[i],
                whole.view().row(y + crop.top)[crop.left * 4 + i]);
}

TEST(resize_test, keeps_one_colour_whatever_the_size) {
  for (const auto which :
       {filter::box, filter::bilinear, filter::bicubic, filter::lanczos}) {
    picture grey{{37, 21}, std::vector<std::uint8_t>(37 * 21 * 4, 201)};
    const auto made =
      resize(grey.view(), resize_request::whole(grey.size, {300, 4}, which));
    EXPECT_EQ(std::count(made.rgba.begin(), made.rgba.end(), 201),
              static_cast<std::ptrdiff_t>(made.rgba.size()));
  }
}

TEST(resize_test, takes_extreme_shapes) {
  const image_size tall{1, 10'000};
  const auto source = seeded_picture(tall, 3);
  // 2,560,000 rows are asked for, of which 224 are computed.
  const auto made = resize(
    source.view(),
    {tall, {256, 2'560'000}, filter::bilinear, {16, 1'279'888, {224, 224}}});
  EXPECT_EQ(made.size, (image_size{224, 224}));
}

} // namespace

} // namespace troupe::image
