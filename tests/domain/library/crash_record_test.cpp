#include "domain/library/crash_record.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace troupe {
namespace {

crash_record record_of(std::uint8_t first_byte, std::string_view decoder) {
  crash_record record{};
  encode_crash_record({first_byte}, decoder, 11, record);
  return record;
}

void append(std::vector<std::uint8_t>& bytes, const crash_record& record,
            std::size_t count = 128) {
  bytes.insert(bytes.end(), record.begin(),
               record.begin() + static_cast<std::ptrdiff_t>(count));
}

TEST(crash_record, comes_back_as_it_was_written) {
  std::vector<std::uint8_t> bytes;
  append(bytes, record_of(1, "sndfile 1.2.0"));
  append(bytes, record_of(2, ""));
  const auto notes = decode_crash_records(bytes);
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].hash, content_hash{1});
  EXPECT_EQ(notes[0].signal, 11);
  EXPECT_EQ(notes[0].decoder, "sndfile 1.2.0");
  EXPECT_EQ(notes[1].hash, content_hash{2});
  EXPECT_EQ(notes[1].decoder, "");
}

TEST(crash_record, cuts_a_long_decoder_name) {
  std::vector<std::uint8_t> bytes;
  append(bytes, record_of(1, std::string(100, 'x')));
  EXPECT_EQ(decode_crash_records(bytes).at(0).decoder, std::string(72, 'x'));
}

TEST(crash_record, skips_a_record_torn_at_any_byte) {
  for (std::size_t torn = 0; torn < 128; ++torn) {
    std::vector<std::uint8_t> bytes;
    append(bytes, record_of(1, "a"));
    append(bytes, record_of(2, "b"), torn);
    append(bytes, record_of(3, "c"));
    const auto notes = decode_crash_records(bytes);
    ASSERT_EQ(notes.size(), 2U) << torn;
    EXPECT_EQ(notes[0].hash, content_hash{1});
    EXPECT_EQ(notes[1].hash, content_hash{3});
  }
}

TEST(crash_record, skips_a_record_with_any_bit_flipped) {
  for (std::size_t bit = 0; bit < 128 * 8; ++bit) {
    auto record = record_of(1, "a");
    record.at(bit / 8) ^= static_cast<std::uint8_t>(1U << (bit % 8));
    std::vector<std::uint8_t> bytes;
    append(bytes, record);
    EXPECT_TRUE(decode_crash_records(bytes).empty()) << bit;
  }
}

TEST(crash_record, finds_nothing_in_foreign_bytes) {
  EXPECT_TRUE(decode_crash_records({}).empty());
  EXPECT_TRUE(
    decode_crash_records(std::vector<std::uint8_t>(5000, 'T')).empty());
}

} // namespace
} // namespace troupe
