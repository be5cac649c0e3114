#include "domain/image/orientation.hpp"
#include "tests/domain/image/pictures.hpp"

#include <gtest/gtest.h>

namespace troupe::image {

namespace {

/// An EXIF block of one directory with this one entry.
std::vector<std::uint8_t> block(bool big_endian, int type, int value) {
  std::vector<std::uint8_t> bytes;
  const auto put = [&](std::uint32_t number, int count) {
    for (int i = 0; i < count; ++i)
      bytes.push_back(static_cast<std::uint8_t>(
        number >> 8 * (big_endian ? count - 1 - i : i)));
  };
  bytes.assign(2, big_endian ? 'M' : 'I');
  put(42, 2);
  put(8, 4);
  put(1, 2);
  put(0x0112, 2);
  put(static_cast<std::uint32_t>(type), 2);
  put(1, 4);
  put(static_cast<std::uint32_t>(value), 2);
  put(0, 2);
  put(0, 4);
  return bytes;
}

TEST(orientation_test, is_found_in_both_byte_orders) {
  for (const bool big_endian : {false, true})
    for (int value = 1; value <= 8; ++value)
      EXPECT_EQ(orientation_of(block(big_endian, 3, value)), value);
}

TEST(orientation_test, is_1_when_it_is_nonsense_or_cut_off) {
  EXPECT_EQ(orientation_of(block(true, 3, 9)), 1);
  EXPECT_EQ(orientation_of(block(true, 3, 0)), 1);
  EXPECT_EQ(orientation_of(block(true, 4, 6)), 1);
  const auto whole = block(false, 3, 6);
  // The two bytes of the value are the last that matter.
  for (std::size_t bytes = 0; bytes < 20; ++bytes)
    EXPECT_EQ(orientation_of(std::span{whole}.first(bytes)), 1) << bytes;
  EXPECT_EQ(orientation_of(std::span{whole}.first(20)), 6);
}

TEST(orientation_test, survives_a_directory_far_outside) {
  auto bytes = block(false, 3, 6);
  std::fill(bytes.begin() + 4, bytes.begin() + 8, std::uint8_t{0xFF});
  EXPECT_EQ(orientation_of(bytes), 1);
}

TEST(orientation_test, is_replaced_in_place) {
  for (const bool big_endian : {false, true})
    EXPECT_EQ(with_orientation(block(big_endian, 3, 6), 1),
              block(big_endian, 3, 1));
  const std::vector<std::uint8_t> nonsense{1, 2, 3};
  EXPECT_EQ(with_orientation(nonsense, 1), nonsense);
}

/// Where EXIF says the first row and column are when shown.
struct turn {
  int orientation;
  std::uint8_t top_left;
  std::uint8_t top_right;
  std::uint8_t bottom_left;
};

TEST(orientation_test, turns_as_exif_defines) {
  // Stored corners: 1 2 in the first row, 3 4 in the last.
  auto stored = picture::blank({50, 40});
  stored.row(0)[0] = 1;
  stored.row(0)[49 * 4] = 2;
  stored.row(39)[0] = 3;
  stored.row(39)[49 * 4] = 4;
  const std::vector<turn> turns{{1, 1, 2, 3}, {2, 2, 1, 4}, {3, 4, 3, 2},
                                {4, 3, 4, 1}, {5, 1, 3, 2}, {6, 3, 1, 4},
                                {7, 4, 2, 3}, {8, 2, 4, 1}};
  for (const auto& one : turns) {
    auto made = upright(stored.view(), one.orientation);
    const auto [width, height] = made.size;
    EXPECT_EQ(made.size, upright(stored.size, one.orientation));
    EXPECT_EQ(made.row(0)[0], one.top_left) << one.orientation;
    EXPECT_EQ(made.row(0)[(width - 1) * 4], one.top_right) << one.orientation;
    EXPECT_EQ(made.row(height - 1)[0], one.bottom_left) << one.orientation;
  }
}

} // namespace

} // namespace troupe::image
