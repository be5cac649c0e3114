#include "domain/text/log_line.hpp"
#include "domain/text/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace troupe {
namespace {

// date -u -d @1714564800 is 2024-05-01 12:00:00.
constexpr std::int64_t noon_us = 1'714'564'800'123'456;

TEST(log_line, shows_a_person_one_line) {
  EXPECT_EQ(format_log_text(noon_us, log_level::warning, "analyzer",
                            "cannot decode path=caf\xE9\n\x1B[2J Grüße"),
            "2024-05-01 12:00:00.123Z warning analyzer: cannot decode "
            "path=caf\\xE9\\n\\x1B[2J Grüße");
}

TEST(log_line, is_json_for_any_bytes) {
  EXPECT_EQ(format_log_json(noon_us, log_level::info, "finder",
                            "a \"b\" \\ \n \x01 caf\xE9 Grüße"),
            R"({"schema":1,"time":"2024-05-01T12:00:00.123Z","level":"info",)"
            R"("component":"finder","text":"a \"b\" \\ \u000a \u0001 caf)"
            "\xEF\xBF\xBD Grüße\"}");
}

struct utf8_case {
  std::string_view text;
  std::size_t bytes;
};

// The borders of the table in RFC 3629, section 4.
TEST(utf8, knows_the_borders_of_well_formed_sequences) {
  const utf8_case cases[] = {
    {"", 0},
    {"a", 1},
    {"\x7F", 1},
    {"\x80", 0},
    {"\xC1\xBF", 0},
    {"\xC2\x80", 2},
    {"\xC2", 0},
    {"\xC2\x41", 0},
    {"\xE0\x9F\xBF", 0},
    {"\xE0\xA0\x80", 3},
    {"\xED\x9F\xBF", 3},
    {"\xED\xA0\x80", 0},
    {"\xEF\xBF\xBF", 3},
    {"\xEF\xBF", 0},
    {"\xF0\x8F\xBF\xBF", 0},
    {"\xF0\x90\x80\x80", 4},
    {"\xF4\x8F\xBF\xBF", 4},
    {"\xF4\x90\x80\x80", 0},
    {"\xF5\x80\x80\x80", 0},
  };
  for (const auto& row : cases)
    EXPECT_EQ(utf8_sequence_bytes(row.text), row.bytes);
}

TEST(utf8, keeps_what_is_well_formed_and_replaces_the_rest) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(to_utf8(""), "");
  EXPECT_EQ(to_utf8("plain"), "plain");
  EXPECT_EQ(to_utf8("h\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8E\xB5"),
            "h\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8E\xB5");
  EXPECT_EQ(to_utf8("caf\xE9"), "caf" + bad);
  EXPECT_EQ(to_utf8("\xC0\x80"), bad + bad);           // overlong
  EXPECT_EQ(to_utf8("\xED\xA0\x80"), bad + bad + bad); // surrogate
  EXPECT_EQ(to_utf8("\xE2\x82"), bad + bad);           // cut short
  EXPECT_EQ(to_utf8("\xF4\x90\x80\x80"), bad + bad + bad + bad);
}

} // namespace
} // namespace troupe
