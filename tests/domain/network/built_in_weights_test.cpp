#include "domain/network/upscale_network.hpp"
#include "io/openssl_content_hash.hpp"
#include "io/weights/mmap_weights_source.hpp"
#include "tests/domain/network/made_picture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::network {
namespace {

using testing::made_picture;

std::unique_ptr<const weights_source> built_in() {
  return io::open_mmap_weights_source(
    {std::string{TROUPE_SOURCE_DIR} + "/tools/weights"});
}

std::shared_ptr<const network_weights> load(const std::string& name) {
  const auto hasher = std::move(io::open_openssl_content_hash()).value();
  const auto file = built_in()->open(name);
  EXPECT_TRUE(file) << file.failure().detail;
  auto loaded = network_weights::load((*file)->bytes(), *hasher);
  EXPECT_TRUE(loaded) << name << ": " << loaded.failure().detail;
  return *std::move(loaded);
}

/// Grey in 0..1 of a scene with discs, a slanted edge and stripes, mean over
/// a pixel of side `size` at (x, y) on the unit square.
double scene(double x, double y, double size) {
  double sum = 0;
  for (int v = 0; v < 6; ++v)
    for (int u = 0; u < 6; ++u) {
      const auto px = x + (u + 0.5) / 6 * size;
      const auto py = y + (v + 0.5) / 6 * size;
      auto grey = px + 0.4 * py > 0.8 ? 0.75 : 0.3;
      if (std::hypot(px - 0.3, py - 0.35) < 0.2)
        grey = 0.9;
      if (std::hypot(px - 0.33, py - 0.3) < 0.08)
        grey = 0.1;
      if (px > 0.55 && py > 0.6)
        grey = std::sin(90 * (px + 0.3 * py)) > 0 ? 0.2 : 0.8;
      sum += grey;
    }
  return sum / 36;
}

made_picture scene_picture(std::size_t side) {
  made_picture made{side, side, 1};
  const auto size = 1.0 / static_cast<double>(side);
  for (std::size_t y = 0; y < side; ++y)
    for (std::size_t x = 0; x < side; ++x)
      made.put(x, y, 0,
               static_cast<unsigned>(
                 std::lround(255
                             * scene(static_cast<double>(x) * size,
                                     static_cast<double>(y) * size, size))));
  return made;
}

double psnr_db(const made_picture& a, const made_picture& b) {
  double squares = 0;
  for (std::size_t y = 0; y < a.height; ++y)
    for (std::size_t x = 0; x < a.width; ++x) {
      const auto d = static_cast<double>(a.at(x, y, 0)) - b.at(x, y, 0);
      squares += d * d;
    }
  return 10
         * std::log10(255.0 * 255.0 * static_cast<double>(a.width * a.height)
                      / squares);
}

made_picture by_lanczos(const made_picture& low, std::size_t factor) {
  made_picture out{low.width * factor, low.height * factor, 1};
  lanczos_rows rows{factor, low.width};
  rows.begin(low.view(), plane::luma, 0, 0, low.width);
  for (std::size_t y = 0; y < low.height; ++y) {
    const auto luma = rows.next();
    for (std::size_t j = 0; j < factor; ++j)
      write_colour(out.target(), 0, y * factor + j,
                   luma.subspan(j * out.width, out.width), {}, {});
  }
  return out;
}

TEST(built_in_weights_test, every_set_is_sound_and_fits_its_name) {
  const auto names = built_in()->names();
  ASSERT_FALSE(names.empty());
  for (const auto& name : names) {
    const auto weights = load(name);
    EXPECT_EQ(weights->name() + "-x" + std::to_string(weights->graph().factor),
              name);
    EXPECT_EQ(weights->graph().levels, name.starts_with("natural") ? 2U : 0U);
    EXPECT_LE(upscale_scratch::bytes_for(*weights), scratch_bytes_max) << name;
  }
}

TEST(built_in_weights_test, every_set_beats_lanczos_on_a_drawn_scene) {
  for (const auto& name : built_in()->names()) {
    upscale_scratch scratch{load(name)};
    const auto factor = scratch.weights().graph().factor;
    const auto low = scene_picture(72);
    const auto high = scene_picture(72 * factor);
    made_picture out{high.width, high.height, 1};
    scratch.upscale(low.view(), {0, 0, 72, 72}, {}, out.target());
    EXPECT_GE(psnr_db(high, out), psnr_db(high, by_lanczos(low, factor)) + 1)
      << name;
  }
}

TEST(built_in_weights_test, every_set_keeps_flat_grey_within_one_level) {
  for (const auto& name : built_in()->names()) {
    upscale_scratch scratch{load(name)};
    const auto factor = scratch.weights().graph().factor;
    for (const unsigned grey : {0U, 1U, 60U, 128U, 200U, 255U}) {
      made_picture low{6, 6, 1};
      for (std::size_t i = 0; i < 36; ++i)
        low.put(i % 6, i / 6, 0, grey);
      made_picture out{6 * factor, 6 * factor, 1};
      scratch.upscale(low.view(), {0, 0, 6, 6}, {}, out.target());
      for (std::size_t y = 0; y < out.height; ++y)
        for (std::size_t x = 0; x < out.width; ++x)
          ASSERT_NEAR(out.at(x, y, 0), grey, 1) << name;
    }
  }
}

} // namespace
} // namespace troupe::network
