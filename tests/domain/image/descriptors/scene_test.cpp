#include "domain/image/descriptors/description.hpp"
#include "io/fftw_fourier.hpp"
#include "tests/domain/image/pictures.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

namespace troupe::image {

namespace {

using testing::seeded_picture;

class scene_test : public ::testing::Test {
protected:
  std::shared_ptr<const square_fourier_source> transforms_ =
    io::open_fftw_square_fourier();
  describer describer_{*transforms_};
};

/// Stripes of one frequency, in cycles per pixel, running at an angle.
std::vector<float> stripes(double frequency, double angle) {
  std::vector<float> luma;
  for (std::uint32_t y = 0; y < scene_side; ++y)
    for (std::uint32_t x = 0; x < scene_side; ++x) {
      const double along = x * std::cos(angle) + y * std::sin(angle);
      luma.push_back(static_cast<float>(
        128.0 + 60.0 * std::sin(2.0 * std::numbers::pi * frequency * along)));
    }
  return luma;
}

/// The filter that answers most, over all cells.
std::size_t loudest(const std::array<float, gist_numbers>& gist) {
  std::size_t best = 0;
  double most = -1.0;
  for (std::size_t filter = 0; filter < gist_numbers / 16; ++filter) {
    const auto* cells = gist.data() + filter * 16;
    const double sum = std::accumulate(cells, cells + 16, 0.0);
    if (sum > most) {
      most = sum;
      best = filter;
    }
  }
  return best;
}

TEST_F(scene_test, hears_stripes_with_the_filter_of_their_size) {
  gist_meter meter{*transforms_};
  std::array<float, gist_numbers> gist{};
  // Horizontal frequency: direction 0 of each scale; 8, 8 and 4 directions.
  meter.measure(stripes(0.3, 0.0), gist);
  EXPECT_EQ(loudest(gist), 0U);
  meter.measure(stripes(0.3 / 1.85, 0.0), gist);
  EXPECT_EQ(loudest(gist), 8U);
  meter.measure(stripes(0.3 / 1.85 / 1.85, 0.0), gist);
  EXPECT_EQ(loudest(gist), 16U);
  // A quarter turn is four of eight directions.
  meter.measure(stripes(0.3, std::numbers::pi / 2.0), gist);
  EXPECT_EQ(loudest(gist), 4U);
}

TEST_F(scene_test, has_length_1_and_equal_bits_every_time) {
  const auto shown = seeded_picture({300, 200}, 4);
  const auto once = describer_.scene_of(shown.view());
  double sum = 0.0;
  for (const float value : once)
    sum += static_cast<double>(value) * value;
  EXPECT_NEAR(sum, 1.0, 1e-6);
  describer other{*transforms_};
  static_cast<void>(other.scene_of(seeded_picture({9, 9}, 1).view()));
  EXPECT_EQ(other.scene_of(shown.view()), once);
}

TEST_F(scene_test, gives_finite_numbers_for_flat_pictures) {
  for (const int grey : {0, 128, 255}) {
    picture flat{
      {50, 40},
      std::vector<std::uint8_t>(50 * 40 * 4, static_cast<std::uint8_t>(grey))};
    for (const float value : describer_.scene_of(flat.view()))
      ASSERT_TRUE(std::isfinite(value)) << grey;
  }
}

TEST(color_layout_test, has_the_mean_first_and_no_detail_for_one_colour) {
  picture red{{128, 128}, std::vector<std::uint8_t>(128 * 128 * 4)};
  for (std::size_t i = 0; i < red.rgba.size(); i += 4)
    red.rgba[i] = 200;
  const auto layout = color_layout_of(red.view());
  // Orthonormal: 8 times the mean; luma 0.299 * 200, red chroma the rest of
  // it over 1.402.
  EXPECT_NEAR(layout.at(0), 8 * 59.8, 1e-3);
  EXPECT_NEAR(layout.at(27), 8 * (200 - 59.8) / 1.402, 1e-3);
  EXPECT_NEAR(layout.at(21), 8 * -59.8 / 1.772, 1e-3);
  for (const std::size_t i : {1U, 2U, 20U, 22U, 26U, 28U, 32U})
    EXPECT_NEAR(layout.at(i), 0.0, 1e-3) << i;
}

} // namespace

} // namespace troupe::image
