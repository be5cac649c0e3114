#include "domain/audio/container_length.hpp"

#include <gtest/gtest.h>

#include <string>

namespace troupe::audio {
namespace {

using namespace std::string_literals;

/// An MPEG-1 layer III stereo frame's header and 32 bytes of side information:
/// a Xing header stands behind them.
const std::string frame_head = "\xFF\xFB\x90\x64"s + std::string(32, '\0');

TEST(container_length_test, measures_a_tag_with_its_header_and_footer) {
  // 0x01 0x7F in seven bits each: 1 * 128 + 127 = 255, and 10 for the header.
  EXPECT_EQ(id3_tag_bytes("ID3\x04\0\0\0\0\x01\x7F"s), 265);
  EXPECT_EQ(id3_tag_bytes("ID3\x04\0\x10\0\0\x01\x7F"s), 275);
  // 4 * 7 bits set: 2^28 - 1.
  EXPECT_EQ(id3_tag_bytes("ID3\x03\0\0\x7F\x7F\x7F\x7F"s), 268'435'465);
  EXPECT_EQ(id3_tag_bytes("ID3\x04\0\0\0\0\x01"s), 0) << "cut short";
  EXPECT_EQ(id3_tag_bytes("RIFF\0\0\0\0\0\0"s), 0);
}

TEST(container_length_test, takes_the_length_that_an_mp3_states) {
  // Flags 3: frames (100), then bytes (0x1234 = 4660).
  const auto head = frame_head + "Info\0\0\0\x03\0\0\0\x64\0\0\x12\x34"s;
  const auto length = mp3_length_of(head, 10, 5'000);
  EXPECT_TRUE(length.is_mp3);
  EXPECT_TRUE(length.is_stated);
  EXPECT_EQ(length.bytes, 4'670);
}

TEST(container_length_test, keeps_the_files_length_when_only_frames_stand) {
  const auto head = frame_head + "Xing\0\0\0\x01\0\0\0\x64\0\0\0\0"s;
  const auto length = mp3_length_of(head, 0, 5'000);
  EXPECT_TRUE(length.is_stated);
  EXPECT_EQ(length.bytes, 5'000);
}

TEST(container_length_test, overstates_an_mp3_that_states_nothing) {
  const auto length = mp3_length_of(frame_head, 0, 5'000);
  EXPECT_TRUE(length.is_mp3);
  EXPECT_FALSE(length.is_stated);
  // 320 kbit/s are 40 times 8 kbit/s, the extremes of MPEG audio.
  EXPECT_GT(length.bytes, 40 * 5'000);
}

TEST(container_length_test, leaves_alone_what_is_no_mp3) {
  for (const auto& head : {"fLaC"s, ""s, "\xFF"s, "\xFF\xF1\x50\x80"s}) {
    const auto length = mp3_length_of(head, 0, 5'000);
    EXPECT_FALSE(length.is_mp3);
    EXPECT_EQ(length.bytes, 5'000);
  }
}

TEST(container_length_test, survives_every_truncation_of_an_mp3_header) {
  const auto head = frame_head + "Info\0\0\0\x03\0\0\0\x64\0\0\x12\x34"s;
  for (std::size_t size = 2; size < head.size(); ++size)
    EXPECT_FALSE(mp3_length_of(head.substr(0, size), 0, 5'000).is_stated);
}

TEST(container_length_test, knows_what_a_cut_wav_has_lost) {
  // 2000 bytes stated, 1000 there: as many frames again are missing.
  const auto head = "RIFF\xD0\x07\0\0WAVE"s;
  EXPECT_EQ(frames_promised_by_wav(head, 1'000, 240), 480);
  EXPECT_EQ(frames_promised_by_wav(head, 2'008, 500), 0);
  EXPECT_EQ(frames_promised_by_wav(head.substr(0, 7), 1'000, 240), 0);
  EXPECT_EQ(frames_promised_by_wav("FORM\xD0\x07\0\0"s, 1'000, 240), 0);
}

TEST(container_length_test, believes_no_size_that_a_pipe_left_behind) {
  EXPECT_EQ(frames_promised_by_wav("RIFF\xFF\xFF\xFF\xFF"s, 1'000, 240), 0);
  EXPECT_EQ(frames_promised_by_wav("RIFF\0\0\xFF\x7F"s, 1'000, 240), 0);
}

} // namespace
} // namespace troupe::audio
