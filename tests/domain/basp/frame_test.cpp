// Headers, the splitter, notices, atoms.

#include "domain/basp/frame.hpp"
#include "tests/domain/basp/frames.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace troupe::basp {
namespace {

using namespace fakes;

TEST(frame_header_test, is_read_byte_by_byte_as_caf_writes_it) {
  // caf::io::basp::header{direct_message, 1, 2, 3, 4, 5}, serialized by CAF.
  std::string bytes(32, '\0');
  bytes[0] = 2;
  bytes[3] = 1;
  bytes[7] = 2;
  bytes[15] = 3;
  bytes[23] = 4;
  bytes[31] = 5;
  const auto header = parse_header(bytes);
  EXPECT_TRUE(header.is(operation::direct_message));
  EXPECT_EQ(header.padding, 0);
  EXPECT_EQ(header.flags, 1);
  EXPECT_EQ(header.payload_bytes, 2U);
  EXPECT_EQ(header.operation_data, 3U);
  EXPECT_EQ(header.source_actor, 4U);
  EXPECT_EQ(header.dest_actor, 5U);
  EXPECT_EQ(format_header(header), bytes);
}

TEST(frame_splitter_test, gives_the_same_frames_however_they_are_cut) {
  const std::vector<std::string> frames = {
    handshake(), frame(operation::heartbeat, {}), monitor(porter_id),
    frame(operation::direct_message, std::string(3'000, 'x'), 1, 2, 3)};
  std::string stream;
  for (const auto& each : frames)
    stream += each;
  for (const std::size_t step :
       {std::size_t{1}, std::size_t{31}, std::size_t{33}, stream.size()}) {
    frame_splitter splitter{payload_bytes_max};
    std::vector<std::string> got;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      splitter.add(std::string_view{stream}.substr(at, step));
      for (auto next = splitter.take(); next && *next; next = splitter.take())
        got.emplace_back(**next);
    }
    EXPECT_EQ(got, frames) << step;
    EXPECT_TRUE(splitter.is_between_frames());
  }
}

TEST(frame_splitter_test, refuses_a_length_before_the_payload_comes) {
  frame_splitter splitter{1'000};
  frame_header header;
  header.payload_bytes = 1'001;
  splitter.add(format_header(header));
  ASSERT_FALSE(splitter.take());
  EXPECT_EQ(splitter.take().failure().code, errc::too_large);
  EXPECT_LE(splitter.held(), header_bytes);
}

TEST(notice_test, comes_back_as_it_was_said) {
  const error said{errc::not_authorised, "the role viewer may not"};
  EXPECT_EQ(parse_notice(format_notice(said)), said);
}

TEST(notice_test, is_told_from_other_frames_and_odd_codes) {
  EXPECT_EQ(parse_notice(handshake()).code, errc::corrupt);
  for (const std::uint64_t code : {std::uint64_t{0}, std::uint64_t{99}})
    EXPECT_EQ(parse_notice(frame(operation::notice, "x", 0, 0, code)).code,
              errc::corrupt);
}

TEST(atom_test, is_the_number_that_caf_makes_of_its_letters) {
  // From serialized messages of CAF 0.17.6.
  EXPECT_EQ(atom_number("pause"), 0x03F59BAE2AU);
  EXPECT_EQ(atom_number("hello"), 0x03EDAB1C74U);
  EXPECT_EQ(atom_number("desk"), 0x0FA6AE30U);
  EXPECT_EQ(atom_number("SpawnServ"), 0x03DDD66F3376ADFBU);
}

} // namespace
} // namespace troupe::basp
