#include "domain/audio/content_guess.hpp"
#include "domain/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace troupe {
namespace {

using audio::content_class;
using namespace std::string_literals;

TEST(content_guess_test, names_what_is_not_audio) {
  struct row {
    std::string head;
    content_class kind;
    std::string name;
  };

  const std::vector<row> rows{
    {"just some words\nand more", content_class::other, "plain text"},
    {"Gr\xFC\xDF Gott, alter Text", content_class::other, "plain text"},
    {"  <!DOCTYPE HTML><p>", content_class::other, "an HTML page"},
    {"\xFF\xD8\xFF\xE0 JFIF", content_class::other, "a JPEG picture"},
    {"\x89PNG\r\n\x1A\n", content_class::other, "a PNG picture"},
    {"%PDF-1.7", content_class::other, "a PDF document"},
    {"PK\x03\x04", content_class::other, "a ZIP archive"},
    {"\x1A\x45\xDF\xA3", content_class::other, "Matroska or WebM video"},
    {"\0\0\0\x20"s + "ftypisom", content_class::other, "MPEG-4 video"},
    {"\0\0\0\x20"s + "ftypM4A ", content_class::foreign_audio,
     "MPEG-4 audio (AAC or ALAC)"},
    {"\x30\x26\xB2\x75\x8E\x66\xCF\x11", content_class::foreign_audio,
     "Windows Media"},
    {"\xFF\xF1\x50\x80", content_class::foreign_audio, "AAC"},
    {"RIFF\x24\x08\0\0WAVEfmt "s, content_class::unknown, ""},
    {"fLaC", content_class::unknown, ""},
    {"\xFF\xFB\x90\x64", content_class::unknown, ""},
    {"ID3\x03\0\0"s, content_class::unknown, ""},
    {"", content_class::unknown, ""},
  };
  for (const auto& [head, kind, name] : rows) {
    const auto guess = audio::guess_content(head);
    EXPECT_EQ(guess.kind, kind) << head;
    EXPECT_EQ(guess.name, name) << head;
  }
}

TEST(utf8_test, keeps_what_is_well_formed_and_replaces_the_rest) {
  const std::string bad = "\xEF\xBF\xBD";
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
