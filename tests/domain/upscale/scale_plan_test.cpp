#include "domain/upscale/light_resampler.hpp"
#include "domain/upscale/scale_plan.hpp"
#include "domain/upscale/upscale_order.hpp"
#include "domain/upscale/written_row.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace troupe::upscale {
namespace {

using image::image_size;

// -- orders -------------------------------------------------------------------

TEST(upscale_order_test, says_in_text_what_it_reads_back) {
  upscale_order order;
  order.input = "/in/a \"cat\".png";
  order.output = "/out/\xff.webp"; // no UTF-8: must come back byte by byte
  order.stamp = file_stamp{77, 1'700'000'000'123'456'789};
  order.model = "bicubic-fast";
  order.factor = 2.5;
  order.denoise = 0.25;
  order.format = image_format::webp;
  order.quality = 80;
  order.force = true;
  const auto read = read_order(to_text(order));
  ASSERT_TRUE(read) << read.failure().detail;
  EXPECT_EQ(*read, order);
  order.factor = 0;
  order.width = 1920;
  EXPECT_EQ(*read_order(to_text(order)), order);
}

TEST(upscale_order_test, takes_a_request_without_parameters) {
  const auto read =
    read_order(R"({"input":{"path":"/a.jpg"},"output":{"path":"/b.JPG"}})");
  ASSERT_TRUE(read) << read.failure().detail;
  EXPECT_EQ(read->factor, 2.0);
  EXPECT_EQ(read->model, "natural");
  EXPECT_EQ(read->format, image_format::jpeg);
  EXPECT_FALSE(read->stamp);
}

TEST(upscale_order_test, names_what_is_wrong_with_a_request) {
  struct row {
    std::string params;
    std::string named;
  };

  for (const auto& [params, named] : std::vector<row>{
         {R"({"factor":0})", "factor"},
         {R"({"factor":"2"})", "factor"},
         {R"({"factor":65})", "factor"},
         {R"({"denoise":1.1})", "denoise"},
         {R"({"width":0})", "width"},
         {R"({"factor":2,"width":100})", "one of"},
         {R"({"model":""})", "model"},
         {R"({"format":"gif"})", "format"},
         {R"({"quality":101})", "quality"},
         {R"({"force":1})", "force"},
         {R"({"speed":9})", "speed"},
       }) {
    const auto read =
      read_order(R"({"input":{"path":"a"},"output":{"path":"b"},"params":)"
                 + params + "}");
    ASSERT_FALSE(read) << params;
    EXPECT_EQ(read.failure().code, errc::invalid_argument);
    EXPECT_NE(read.failure().detail.find(named), std::string::npos)
      << read.failure().detail;
  }
  for (const std::string text :
       {"", "{}", "[]", R"({"input":{"path":""},"output":{"path":"b"}})",
        R"({"input":{"path":"a"}})", R"({"input":{"path_hex":"6"}})",
        R"({"input":{"path_hex":"zz"},"output":{"path":"b"}})"})
    EXPECT_FALSE(read_order(text)) << text;
}

// -- sizes --------------------------------------------------------------------

image_size size_for(double factor, std::uint32_t width, std::uint32_t height,
                    image_size from) {
  upscale_order order;
  order.factor = factor;
  order.width = width;
  order.height = height;
  const auto size = ordered_size(order, from, 1'000'000'000);
  return size ? *size : image_size{};
}

TEST(scale_plan_test, gives_the_ordered_size_rounded_to_nearest) {
  EXPECT_EQ(size_for(2, 0, 0, {640, 480}), (image_size{1280, 960}));
  EXPECT_EQ(size_for(1.5, 0, 0, {3, 5}), (image_size{5, 8}));
  EXPECT_EQ(size_for(0, 1000, 0, {640, 480}), (image_size{1000, 750}));
  EXPECT_EQ(size_for(0, 0, 999, {640, 480}), (image_size{1332, 999}));
  EXPECT_EQ(size_for(0.25, 0, 0, {1, 1}), (image_size{1, 1}));
}

TEST(scale_plan_test, refuses_what_is_too_large_or_out_of_proportion) {
  upscale_order order;
  const auto large = ordered_size(order, {1'000, 1'000}, 3'999'999);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.failure().code, errc::too_large);
  order.factor = 0;
  order.width = 6'500;
  EXPECT_FALSE(ordered_size(order, {100, 1}, 1'000'000'000));
}

TEST(scale_plan_test, takes_the_network_whose_factor_is_nearest) {
  struct row {
    double factor;
    std::vector<std::size_t> has;
    std::size_t takes;
  };

  // sqrt(2 * 3) = 2.449, sqrt(3 * 4) = 3.464: the turning points.
  for (const auto& [factor, has, takes] : std::vector<row>{{1.0, {2, 3, 4}, 1},
                                                           {0.5, {2, 3, 4}, 1},
                                                           {1.1, {2, 3, 4}, 2},
                                                           {2.44, {2, 3, 4}, 2},
                                                           {2.46, {2, 3, 4}, 3},
                                                           {3.45, {2, 3, 4}, 3},
                                                           {3.48, {2, 3, 4}, 4},
                                                           {9.0, {2, 3, 4}, 4},
                                                           {4.0, {2}, 2}}) {
    const image_size from{10'000, 10'000};
    const auto side = static_cast<std::uint32_t>(10'000 * factor);
    EXPECT_EQ(nearest_factor(from, {side, side}, has), takes) << factor;
  }
}

TEST(scale_plan_test, tiles_cover_every_pixel_once) {
  for (const auto& [width, height, bytes] :
       {std::tuple{1U, 30'000U, 1U << 20U},
        {700U, 300U, 700U * 2 * 4 * 2 * 64},
        {256U, 512U, 1U << 24U},
        {3U, 2U, 1U << 20U}}) {
    const auto plan = plan_scale({width, height}, {2 * width, 2 * height}, 2);
    const auto grid = cut_tiles(plan, std::size_t{width} * 2 * 4, bytes);
    ASSERT_TRUE(grid);
    std::vector<std::uint8_t> seen(std::size_t{width} * height);
    for (std::size_t i = 0; i < grid->tiles(); ++i) {
      const auto tile = grid->at(i);
      for (auto y = tile.y; y < tile.y + tile.height; ++y)
        for (auto x = tile.x; x < tile.x + tile.width; ++x)
          ++seen[y * width + x];
    }
    EXPECT_EQ(std::count(seen.begin(), seen.end(), 1),
              static_cast<std::ptrdiff_t>(seen.size()));
    EXPECT_LE(2 * grid->band_rows * std::size_t{width} * 2 * 4 * 2, bytes);
  }
}

TEST(scale_plan_test, rows_that_do_not_fit_name_the_setting) {
  const auto plan = plan_scale({30'000, 1}, {60'000, 2}, 2);
  const auto grid = cut_tiles(plan, 240'000, 900'000);
  ASSERT_FALSE(grid);
  EXPECT_NE(grid.failure().detail.find("scratch_mib_max"), std::string::npos);
}

// -- Lanczos in linear light --------------------------------------------------

template <class Sample>
std::vector<Sample> resampled(const std::vector<Sample>& from,
                              image_size from_size, image_size to,
                              std::size_t channels) {
  std::vector<Sample> out;
  light_resampler lanczos{from_size,
                          to,
                          {channels, sizeof(Sample) * 8},
                          [&out](std::span<const std::byte> row) {
                            const auto samples = row.size() / sizeof(Sample);
                            out.resize(out.size() + samples);
                            std::memcpy(&out[out.size() - samples], row.data(),
                                        row.size());
                          }};
  const auto row = from_size.width * channels;
  for (std::size_t y = 0; y < from_size.height; ++y)
    lanczos.push(std::as_bytes(std::span{from}.subspan(y * row, row)));
  return out;
}

TEST(light_resampler_test, a_flat_picture_stays_as_it_is) {
  for (const int peak : {0, 1, 300, 30'000, 65'535})
    for (const auto& to : {image_size{31, 17}, {7, 3}, {1, 1}, {60, 90}}) {
      const std::vector<std::uint16_t> flat(20 * 10 * 3,
                                            static_cast<std::uint16_t>(peak));
      const auto out = resampled(flat, {20, 10}, to, 3);
      ASSERT_EQ(out.size(), to.pixels() * 3);
      for (const auto sample : out)
        ASSERT_NEAR(sample, peak, 1) << to.width;
    }
}

TEST(light_resampler_test, black_and_white_mix_to_the_grey_that_eyes_see) {
  std::vector<std::uint8_t> board(32 * 32);
  for (std::size_t i = 0; i < board.size(); ++i)
    board[i] = (i % 32 + i / 32) % 2 == 0 ? 255 : 0;
  const auto out = resampled(board, {32, 32}, {16, 16}, 1);
  // Half the light: 255 * (1.055 * 0.5^(1 / 2.4) - 0.055) = 187.5.
  for (std::size_t y = 4; y < 12; ++y)
    for (std::size_t x = 4; x < 12; ++x)
      ASSERT_NEAR(out[y * 16 + x], 187.5, 1.5);
}

TEST(light_resampler_test, clear_pixels_lend_no_colour) {
  // Left half red and opaque, right half green and clear.
  std::vector<std::uint8_t> picture;
  for (int i = 0; i < 16 * 4; ++i)
    for (const auto sample : i % 16 < 8 ? std::array<int, 4>{255, 0, 0, 255}
                                        : std::array<int, 4>{0, 255, 0, 0})
      picture.push_back(static_cast<std::uint8_t>(sample));
  const auto out = resampled(picture, {16, 4}, {40, 10}, 4);
  for (std::size_t at = 0; at < out.size(); at += 4) {
    EXPECT_EQ(out[at + 1], 0U);
    if (out[at + 3] > 0) {
      EXPECT_EQ(out[at], 255U);
    }
  }
}

TEST(light_resampler_test, says_what_memory_it_takes) {
  // 12 rows of a window that shrinks by 1, some vectors, no picture.
  const auto bytes =
    light_resampler::bytes_for({4'000, 3'000}, {6'000, 4'500}, {4, 8});
  EXPECT_GE(bytes, 6U * 6'000 * 4 * sizeof(float));
  EXPECT_LE(bytes, 16U * 6'000 * 4 * sizeof(float));
}

// -- rows for encoders --------------------------------------------------------

TEST(written_row_test, spreads_whatever_comes_over_four_samples) {
  const auto spread = [](std::vector<std::uint8_t> in, std::size_t channels,
                         bool on_white) {
    std::vector<std::uint8_t> out(in.size() / channels * 4);
    spread_row(std::as_bytes(std::span{in}), {channels, 8}, on_white, {4, 8},
               std::as_writable_bytes(std::span{out}));
    return out;
  };
  using row = std::vector<std::uint8_t>;
  EXPECT_EQ(spread({9}, 1, false), (row{9, 9, 9, 255}));
  EXPECT_EQ(spread({9, 8}, 2, false), (row{9, 9, 9, 8}));
  EXPECT_EQ(spread({1, 2, 3}, 3, false), (row{1, 2, 3, 255}));
  EXPECT_EQ(spread({1, 2, 3, 4}, 4, false), (row{1, 2, 3, 4}));
  // Half clear black on white, rounded: 255 * 127 / 255.
  EXPECT_EQ(spread({0, 0, 0, 128}, 4, true), (row{127, 127, 127, 255}));
}

TEST(written_row_test, sixteen_bits_become_eight_rounded_to_nearest) {
  const std::vector<std::uint16_t> in{0, 128, 129, 65'535};
  std::vector<std::uint8_t> out(4);
  spread_row(std::as_bytes(std::span{in}), {4, 16}, false, {4, 8},
             std::as_writable_bytes(std::span{out}));
  // One step of eight bits is 257 of sixteen.
  EXPECT_EQ(out, (std::vector<std::uint8_t>{0, 0, 1, 255}));
}

} // namespace
} // namespace troupe::upscale
