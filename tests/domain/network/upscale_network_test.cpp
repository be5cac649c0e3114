#include "domain/network/alpha_bleed.hpp"
#include "domain/network/upscale_network.hpp"
#include "tests/domain/network/made_picture.hpp"
#include "tests/domain/network/made_weights.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <future>
#include <random>
#include <vector>

namespace troupe::network {
namespace {

using testing::load_made;
using testing::made_network;
using testing::made_picture;
using testing::make_file;
using testing::make_picture;

made_picture enlarge(upscale_scratch& scratch, const made_picture& picture,
                     const tile& part, float denoise = 0) {
  const auto factor = scratch.weights().graph().factor;
  made_picture out{part.width * factor, part.height * factor, picture.channels,
                   picture.sample_bits};
  scratch.upscale(picture.view(), part, {denoise}, out.target());
  return out;
}

made_picture enlarge_all(upscale_scratch& scratch, const made_picture& picture,
                         float denoise = 0) {
  return enlarge(scratch, picture, {0, 0, picture.width, picture.height},
                 denoise);
}

/// Whether `part` of the enlarged whole has the same bytes.
::testing::AssertionResult same_bits(const made_picture& whole,
                                     const made_picture& piece,
                                     const tile& part, std::size_t factor) {
  const auto pixel_bytes = whole.channels * whole.sample_bits / 8;
  for (std::size_t y = 0; y < piece.height; ++y)
    if (std::memcmp(
          whole.bytes.data() + (part.y * factor + y) * whole.row_bytes()
            + part.x * factor * pixel_bytes,
          piece.bytes.data() + y * piece.row_bytes(), piece.row_bytes())
        != 0)
      return ::testing::AssertionFailure()
             << "row " << y << " of tile " << part.x << ',' << part.y << ' '
             << part.width << 'x' << part.height;
  return ::testing::AssertionSuccess();
}

/// Seeded tiles of a picture, single pixels and whole rows among them.
std::vector<tile> make_tiles(std::size_t width, std::size_t height,
                             std::size_t count) {
  std::vector<tile> tiles{
    {0, 0, 1, 1}, {width - 1, height - 1, 1, 1}, {0, height / 2, width, 1}};
  std::mt19937 random{3};
  const auto below = [&random](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random);
  };
  while (tiles.size() < count) {
    const auto x = below(width);
    const auto y = below(height);
    tiles.push_back({x, y, 1 + below(std::min<std::size_t>(width - x, 40)),
                     1 + below(std::min<std::size_t>(height - y, 24))});
  }
  return tiles;
}

// -- the same bits ------------------------------------------------------------

TEST(upscale_network_test, tiles_have_the_bits_of_the_whole_on_every_set) {
  // Wider than a strip of 256, so that strips are compared as well.
  const std::array pictures{make_picture(300, 30, 3), make_picture(70, 40, 4),
                            make_picture(61, 33, 1, 16)};
  const std::array<made_network, 3> networks{
    {{16, 2, 2, "mirror", false, 1, 0.3F},
     {16, 1, 3, "zero", false, 2, 0.3F},
     {32, 1, 4, "mirror", true, 3, 0.3F}}};
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const auto weights = load_made(make_file(networks[i]));
    upscale_scratch fastest{weights};
    const auto whole = enlarge_all(fastest, pictures[i], 0.5F);
    for (const auto set : available_instruction_sets()) {
      upscale_scratch scratch{weights, set};
      for (const auto& part :
           make_tiles(pictures[i].width, pictures[i].height, 24))
        ASSERT_TRUE(same_bits(whole, enlarge(scratch, pictures[i], part, 0.5F),
                              part, networks[i].factor))
          << to_string(set) << " picture " << i;
    }
  }
}

TEST(upscale_network_test, threads_share_weights_and_agree_to_the_bit) {
  const auto picture = make_picture(150, 60, 3);
  const auto weights = load_made(make_file({}));
  upscale_scratch alone{weights};
  const auto whole = enlarge_all(alone, picture);
  std::vector<std::future<made_picture>> others;
  for (int i = 0; i < 4; ++i)
    others.push_back(std::async(std::launch::async, [&] {
      upscale_scratch own{weights};
      return enlarge_all(own, picture);
    }));
  for (auto& other : others)
    EXPECT_EQ(other.get().bytes, whole.bytes);
}

TEST(upscale_network_test, a_scratch_remembers_nothing_of_earlier_pictures) {
  const auto weights = load_made(make_file({}));
  upscale_scratch fresh{weights};
  upscale_scratch used{weights};
  enlarge_all(used, make_picture(90, 50, 4), 1);
  const auto picture = make_picture(31, 17, 3);
  EXPECT_EQ(enlarge_all(used, picture).bytes,
            enlarge_all(fresh, picture).bytes);
}

// -- what it computes ---------------------------------------------------------

/// The definition on a whole plane in double, for the mirror border.
double expected_luma(const testing::made_file& file, const made_network& of,
                     const made_picture& grey, std::size_t x, std::size_t y) {
  const auto layers = of.inner + 2;
  // Arrays lie in the file in this order.
  std::vector<std::array<std::size_t, 4>> places;
  std::size_t at = 0;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const auto inputs = layer == 0 ? 1 : of.channels;
    const auto outputs =
      layer + 1 == layers ? of.factor * of.factor : of.channels;
    const auto weight = at;
    const auto bias = weight + 9 * inputs * outputs;
    const auto slope = bias + outputs;
    at = slope + (layer + 1 == layers ? 0 : outputs);
    places.push_back({weight, bias, slope, outputs});
  }
  const auto side = 2 * layers + 1;
  std::vector<double> planes(side * side);
  for (std::size_t v = 0; v < side; ++v)
    for (std::size_t u = 0; u < side; ++u)
      planes[v * side + u] =
        grey.at(mirrored(static_cast<std::int64_t>(x / of.factor + u)
                           - static_cast<std::int64_t>(layers),
                         grey.width),
                mirrored(static_cast<std::int64_t>(y / of.factor + v)
                           - static_cast<std::int64_t>(layers),
                         grey.height),
                0)
        / 255.0;
  const auto centre = planes[layers * side + layers];
  std::size_t inputs = 1;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const auto before = side - 2 * layer;
    const auto now = before - 2;
    const auto [weight, bias, slope, outputs] = places[layer];
    std::vector<double> next(now * now * outputs);
    for (std::size_t p = 0; p < now * now; ++p)
      for (std::size_t o = 0; o < outputs; ++o) {
        double sum = file.data[bias + o];
        for (std::size_t i = 0; i < inputs; ++i)
          for (std::size_t tap = 0; tap < 9; ++tap)
            sum += double{file.data[weight + (o * inputs + i) * 9 + tap]}
                   * planes[((p / now + tap / 3) * before + p % now + tap % 3)
                              * inputs
                            + i];
        if (layer + 1 < layers && sum < 0)
          sum *= file.data[slope + o];
        next[p * outputs + o] = sum;
      }
    planes = std::move(next);
    inputs = outputs;
  }
  return centre + planes[y % of.factor * of.factor + x % of.factor];
}

TEST(upscale_network_test, computes_the_chain_of_layers_it_was_given) {
  const auto grey = make_picture(12, 9, 1);
  for (const std::size_t factor : {2U, 3U, 4U}) {
    const made_network of{16, 1, factor, "mirror", false, 5, 0.3F};
    const auto file = make_file(of);
    upscale_scratch scratch{load_made(file)};
    const auto out = enlarge_all(scratch, grey);
    for (std::size_t y = 0; y < out.height; y += 5)
      for (std::size_t x = 0; x < out.width; ++x) {
        const auto luma = expected_luma(file, of, grey, x, y);
        // Rounding to 8 bits, and a float's error before it.
        ASSERT_NEAR(out.at(x, y, 0), std::clamp(luma * 255, 0.0, 255.0), 0.51)
          << x << ',' << y << " x" << factor;
      }
  }
}

TEST(upscale_network_test, a_network_of_zeros_repeats_grey_pixels) {
  for (const std::size_t bits : {8U, 16U}) {
    const auto grey = make_picture(40, 21, 1, bits);
    made_network of;
    of.gain = 0;
    of.factor = 3;
    upscale_scratch scratch{load_made(make_file(of))};
    const auto out = enlarge_all(scratch, grey);
    for (std::size_t y = 0; y < out.height; ++y)
      for (std::size_t x = 0; x < out.width; ++x)
        ASSERT_EQ(out.at(x, y, 0), grey.at(x / 3, y / 3, 0));
  }
}

TEST(upscale_network_test, a_flat_colour_stays_what_it_was) {
  made_picture flat{20, 20, 3};
  for (std::size_t y = 0; y < 20; ++y)
    for (std::size_t x = 0; x < 20; ++x) {
      flat.put(x, y, 0, 200);
      flat.put(x, y, 1, 30);
      flat.put(x, y, 2, 77);
    }
  made_network of;
  of.gain = 0;
  upscale_scratch scratch{load_made(make_file(of))};
  const auto out = enlarge_all(scratch, flat);
  for (std::size_t y = 0; y < 40; ++y)
    for (std::size_t x = 0; x < 40; ++x) {
      ASSERT_EQ(out.at(x, y, 0), 200U);
      ASSERT_EQ(out.at(x, y, 1), 30U);
      ASSERT_EQ(out.at(x, y, 2), 77U);
    }
}

TEST(upscale_network_test, a_picture_of_one_pixel_is_enlarged) {
  for (const std::size_t channels : {1U, 2U, 3U, 4U}) {
    const auto one = make_picture(1, 1, channels);
    upscale_scratch scratch{load_made(make_file({}))};
    EXPECT_EQ(enlarge_all(scratch, one).bytes.size(), 4 * channels);
  }
}

TEST(upscale_network_test, denoise_changes_networks_with_levels_only) {
  const auto picture = make_picture(20, 20, 3);
  made_network of;
  upscale_scratch plain{load_made(make_file(of))};
  EXPECT_EQ(enlarge_all(plain, picture, 0).bytes,
            enlarge_all(plain, picture, 1).bytes);
  of.levels = true;
  upscale_scratch levelled{load_made(make_file(of))};
  EXPECT_NE(enlarge_all(levelled, picture, 0).bytes,
            enlarge_all(levelled, picture, 1).bytes);
}

// -- alpha --------------------------------------------------------------------

TEST(upscale_network_test, opaque_stays_opaque_and_clear_stays_clear) {
  auto picture = make_picture(60, 20, 4);
  made_network of;
  of.gain = 1;
  upscale_scratch scratch{load_made(make_file(of))};
  const auto out = enlarge_all(scratch, picture);
  // make_picture has alpha 0 below column 12 and 255 from 12 to 23 of every 40;
  // two pixels from such an edge the neighbourhood is mixed.
  for (std::size_t y = 0; y < out.height; ++y)
    for (std::size_t x = 0; x < out.width; ++x) {
      const auto column = x / 2;
      if (column < 10) {
        ASSERT_EQ(out.at(x, y, 3), 0U) << x;
      }
      if (column >= 14 && column < 22) {
        ASSERT_EQ(out.at(x, y, 3), 255U) << x;
      }
    }
}

TEST(upscale_network_test, a_single_alpha_is_kept_exactly) {
  auto picture = make_picture(30, 20, 2);
  for (std::size_t y = 0; y < 20; ++y)
    for (std::size_t x = 0; x < 30; ++x)
      picture.put(x, y, 1, 131);
  upscale_scratch scratch{load_made(make_file({}))};
  const auto out = enlarge_all(scratch, picture);
  for (std::size_t y = 0; y < out.height; ++y)
    for (std::size_t x = 0; x < out.width; ++x)
      ASSERT_EQ(out.at(x, y, 1), 131U);
}

TEST(alpha_bleed_test, colour_spreads_under_clear_pixels_and_nowhere_else) {
  for (const std::size_t bits : {8U, 16U}) {
    made_picture picture{40, 3, 4, bits};
    for (std::size_t y = 0; y < 3; ++y)
      for (std::size_t c = 0; c < 4; ++c)
        picture.put(0, y, c, c == 3 ? 9 : 100 + static_cast<unsigned>(c));
    picture.put(39, 1, 0, 55);
    bleed_colour(picture.target());
    for (std::size_t y = 0; y < 3; ++y)
      for (std::size_t x = 0; x < 40; ++x)
        for (std::size_t c = 0; c < 4; ++c) {
          const auto reached = x <= static_cast<std::size_t>(bleed_reach);
          const auto hidden = x == 39 && y == 1 && c == 0 ? 55U : 0U;
          const auto colour = 100 + static_cast<unsigned>(c);
          const auto expected = c == 3    ? (x == 0 ? 9U : 0U)
                                : reached ? colour
                                          : hidden;
          ASSERT_EQ(picture.at(x, y, c), expected) << x << ',' << y;
        }
  }
}

TEST(alpha_bleed_test, hidden_colour_does_not_shine_through_the_edge) {
  // White and visible on the left; black, or white, but clear on the right.
  const auto edge = [](unsigned hidden) {
    made_picture picture{20, 8, 4};
    for (std::size_t y = 0; y < 8; ++y)
      for (std::size_t x = 0; x < 20; ++x)
        for (std::size_t c = 0; c < 4; ++c)
          picture.put(x, y, c, x < 10 ? 255 : c == 3 ? 0 : hidden);
    return picture;
  };
  auto dark = edge(0);
  const auto light = edge(255);
  bleed_colour(dark.target());
  EXPECT_EQ(dark.bytes, light.bytes);
}

TEST(alpha_bleed_test, pictures_without_alpha_or_without_colour_are_left) {
  auto opaque = make_picture(9, 9, 3);
  const auto before = opaque.bytes;
  bleed_colour(opaque.target());
  EXPECT_EQ(opaque.bytes, before);
  made_picture clear{9, 9, 4};
  for (std::size_t x = 0; x < 9; ++x)
    clear.put(x, 4, 1, 77);
  const auto hidden = clear.bytes;
  bleed_colour(clear.target());
  EXPECT_EQ(clear.bytes, hidden);
}

// -- memory -------------------------------------------------------------------

TEST(upscale_network_test, scratch_stays_below_two_mebibytes_in_every_tier) {
  // fast, default and best: channels and inner layers of tools/train.
  for (const auto& [channels, inner] :
       {std::pair{16U, 4U}, std::pair{32U, 5U}, std::pair{48U, 8U}})
    for (const std::size_t factor : {2U, 3U, 4U}) {
      made_network of;
      of.channels = channels;
      of.inner = inner;
      of.factor = factor;
      const auto weights = load_made(make_file(of));
      EXPECT_LE(upscale_scratch::bytes_for(*weights), scratch_bytes_max);
      EXPECT_GE(upscale_scratch::bytes_for(*weights), scratch_bytes_max / 16);
    }
}

} // namespace
} // namespace troupe::network
