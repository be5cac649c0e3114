#include "domain/library/media_sniff.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace troupe {
namespace {

using namespace std::string_literals;

std::span<const std::uint8_t> bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::optional<media_kind> kind_of(const std::string& head,
                                  std::string_view name) {
  return sniff(bytes(head), name, sniff_rules{});
}

/// `count` frames of MPEG-1 layer III, 128 kbit/s, 44.1 kHz, no padding:
/// 144 * 128000 / 44100 = 417 bytes each.
std::string mp3_frames(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += "\xFF\xFB\x90\x00"s + std::string(413, '\x55');
  return text;
}

/// An Ogg page with one packet; flag 2 begins a stream.
std::string ogg_page(char flags, const std::string& packet) {
  return "OggS\0"s + flags + std::string(20, '\0') + '\x01'
         + static_cast<char>(packet.size()) + packet;
}

struct sniff_case {
  const char* what;
  std::string head;
  const char* name;
  std::optional<media_kind> kind;
};

/// Names the row in the test's name, rather than its address.
// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest looks for it.
void PrintTo(const sniff_case& row, std::ostream* out) {
  *out << row.what;
}

class media_sniff_table : public testing::TestWithParam<sniff_case> {};

TEST_P(media_sniff_table, gives_the_expected_kind) {
  const auto& row = GetParam();
  EXPECT_EQ(kind_of(row.head, row.name), row.kind) << row.what;
}

const std::string adts_frame =
  "\xFF\xF1\x50\x80\x01\x5F\xFC"s + std::string(3, '\x21');

INSTANTIATE_TEST_SUITE_P(
  audio, media_sniff_table,
  testing::Values(
    sniff_case{"wav", "RIFF\x24\0\0\0WAVEfmt "s, "x", media_kind::audio},
    sniff_case{"rf64", "RF64\xFF\xFF\xFF\xFFWAVEds64"s, "x", media_kind::audio},
    sniff_case{"w64", "riff\x2E\x91\xCF\x11\xA5\xD6"s, "x", media_kind::audio},
    sniff_case{"aiff", "FORM\0\0\1\0AIFFCOMM"s, "x", media_kind::audio},
    sniff_case{"flac", "fLaC\0\0\0\x22"s, "x.bin", media_kind::audio},
    sniff_case{"id3", "ID3\x04\0\0\0\0\0\0"s, "x", media_kind::audio},
    sniff_case{"mp3 chain", mp3_frames(3), "x", media_kind::audio},
    sniff_case{"two whole frames", mp3_frames(2), "x", media_kind::audio},
    sniff_case{"mp3 after zeros", std::string(100, '\0') + mp3_frames(3), "x",
               media_kind::audio},
    // 10-byte ADTS frames: length bits of 0x80 0x01 0x5F are 10.
    sniff_case{"aac", adts_frame + adts_frame + adts_frame, "x",
               media_kind::audio},
    sniff_case{"vorbis", ogg_page(2, "\x01vorbis"), "x", media_kind::audio},
    sniff_case{"opus", ogg_page(2, "OpusHead"), "x", media_kind::audio},
    sniff_case{"ogg flac",
               ogg_page(2, "\x7F"
                           "FLAC"),
               "x", media_kind::audio},
    sniff_case{"skeleton, then vorbis",
               ogg_page(2, "fishead") + ogg_page(2, "\x01vorbis"), "x",
               media_kind::audio},
    sniff_case{"m4a",
               "\0\0\0\x20"
               "ftypM4A \0\0\0\0"s,
               "x", media_kind::audio},
    sniff_case{"content beats a text name", "fLaC\0\0\0\x22"s, "x.txt",
               media_kind::audio}));

INSTANTIATE_TEST_SUITE_P(
  image, media_sniff_table,
  testing::Values(
    sniff_case{"jpeg", "\xFF\xD8\xFF\xE0"s, "x", media_kind::image},
    sniff_case{"png", "\x89PNG\r\n\x1A\n"s, "x.wav", media_kind::image},
    sniff_case{"webp", "RIFF\x24\0\0\0WEBPVP8 "s, "x", media_kind::image},
    sniff_case{"gif", "GIF89a"s, "x", media_kind::image},
    sniff_case{"bmp", "BM"s + std::string(12, '\1') + "\x28\0\0\0"s, "x",
               media_kind::image},
    sniff_case{"tiff", "II*\0"s, "x", media_kind::image},
    sniff_case{"heic",
               "\0\0\0\x18"
               "ftypheic\0\0\0\0"s,
               "x", media_kind::image},
    sniff_case{"avif",
               "\0\0\0\x18"
               "ftypavif\0\0\0\0"s,
               "x", media_kind::image}));

INSTANTIATE_TEST_SUITE_P(
  by_name, media_sniff_table,
  testing::Values(
    sniff_case{"text named mp3", "hello"s, "a.mp3", media_kind::audio},
    sniff_case{"empty flac", ""s, "/m/a.FLAC", media_kind::audio},
    sniff_case{"zip named jpg", "PK\x03\x04"s, "a.jpg", media_kind::image},
    sniff_case{"film named ogg", ogg_page(2, "\x80theora"), "a.ogg",
               media_kind::audio},
    sniff_case{"text", "Grüße\n"s, "a.txt", media_kind::text},
    sniff_case{"upper case", "x"s, "READ.MD", media_kind::text},
    sniff_case{"latin-1 text",
               "Gr\xFC\xDF"
               "e, Welt, wie geht es dir?\n"s,
               "a.txt", media_kind::text}));

INSTANTIATE_TEST_SUITE_P(
  nothing, media_sniff_table,
  testing::Values(
    sniff_case{"film in ogg", ogg_page(2, "\x80theora"), "a", std::nullopt},
    sniff_case{"film with sound in ogg",
               ogg_page(2, "\x01vorbis") + ogg_page(2, "\x80theora"), "a.ogv",
               std::nullopt},
    sniff_case{"mp4",
               "\0\0\0\x20"
               "ftypisom\0\0\0\0"s,
               "a.mp4", std::nullopt},
    sniff_case{"text without a name", "hello"s, "a", std::nullopt},
    sniff_case{"program code", "int x;"s, "a.cpp", std::nullopt},
    sniff_case{"binary named txt", "\0\1\2\3"s, "a.txt", std::nullopt},
    sniff_case{"pdf named txt", "%PDF-1.7"s, "a.txt", std::nullopt},
    sniff_case{"empty text", ""s, "a.txt", std::nullopt},
    sniff_case{"empty", ""s, "a", std::nullopt},
    sniff_case{"one whole frame", mp3_frames(1), "a", std::nullopt},
    sniff_case{"a frame and a half", mp3_frames(2).substr(0, 600), "a",
               std::nullopt},
    sniff_case{"one frame is not enough", mp3_frames(1) + "no second frame",
               "a", std::nullopt},
    sniff_case{"BM as text", "BM is a city code, as we all know"s, "a",
               std::nullopt}));

TEST(media_sniff, keeps_text_whose_last_character_the_head_cuts) {
  // One byte, then two-byte letters: the last of 16384 bytes is a lead byte.
  std::string text = "x";
  while (text.size() < sniff_head_bytes)
    text += "é";
  text.resize(sniff_head_bytes);
  EXPECT_EQ(kind_of(text, "a.txt"), media_kind::text);
  EXPECT_EQ(guess_content(bytes(text)).name, "plain text");
}

TEST(media_sniff, honours_the_configured_text_extensions) {
  const sniff_rules rules{{".org"}};
  EXPECT_EQ(sniff(bytes("x"), "a.org", rules), media_kind::text);
  EXPECT_EQ(sniff(bytes("x"), "a.txt", rules), std::nullopt);
}

TEST(media_sniff, guesses_what_the_bytes_are_and_names_it) {
  struct guess_case {
    std::string head;
    content_class kind;
    std::string name;
  };

  using enum content_class;
  const std::vector<guess_case> rows{
    {"", other, "nothing (0 bytes)"},
    {"just some words\nand more", other, "plain text"},
    {"Gr\xFC\xDF Gott, alter Text", other, "plain text"},
    {"\xEF\xBB\xBF <!DOCTYPE HTML><p>", other, "an HTML page"},
    {"<?xml version='1.0'?><!DOCTYPE html><html>", other, "an HTML page"},
    {"<svg xmlns=''>", other, "an XML document"},
    {"a page starts with <html>", other, "plain text"},
    {R"({\rtf1 x})", other, "an RTF document"},
    {"%PDF-1.7", other, "a PDF document"},
    {"PK\x03\x04", other, "a ZIP archive"},
    {"\x1A\x45\xDF\xA3", other, "a Matroska or WebM video"},
    {"\0\0\0\x20"
     "ftypisom\0\0\0\0"s,
     other, "an MPEG-4 video"},
    {"\xFF\xD8\xFF\xE0 JFIF", image, "a JPEG picture"},
    {"\x89PNG\r\n\x1A\n", image, "a PNG picture"},
    {"\0\0\0\x20"
     "ftypM4A "s,
     foreign_audio, "MPEG-4 audio (AAC or ALAC)"},
    {adts_frame + adts_frame + adts_frame, foreign_audio, "AAC audio"},
    {"FRM8\0\0\0\0\0\0\0\x20"
     "DSD "s,
     foreign_audio, "DSD audio"},
    {"\x30\x26\xB2\x75\x8E\x66\xCF\x11", foreign_media, "Windows Media"},
    {"RIFF\x24\x08\0\0WAVEfmt "s, playable_audio, "WAV audio"},
    {"fLaC", playable_audio, "FLAC audio"},
    {"ID3\x03\0\0"s, playable_audio, "tagged MPEG audio"},
    {mp3_frames(3), playable_audio, "MPEG audio"},
    // One frame is no proof, and a header cut short is no text.
    {"\xFF\xFB\x90\x64", unknown, "unrecognised data"},
    {"RIFF", unknown, "unrecognised data"},
    {"NIST_1A\n   1024\n", unknown, "unrecognised data"},
    {ogg_page(2, "fishead"), unknown, "an Ogg file"},
    {"\x01\x02"s, unknown, "unrecognised data"},
  };
  for (const auto& [head, kind, name] : rows) {
    const auto guess = guess_content(bytes(head));
    EXPECT_EQ(guess.kind, kind) << head;
    EXPECT_EQ(guess.name, name) << head;
  }
}

TEST(media_sniff, survives_every_prefix_of_random_bytes) {
  std::mt19937 random{20240501};
  std::uniform_int_distribution<int> byte{0, 255};
  const std::string starts[] = {"OggS\0\x02"s,
                                "\0\0\0\x20"
                                "ftyp"s,
                                "\xFF\xFB\x90"s, "BM"s, ""s};
  for (const auto& start : starts)
    for (int round = 0; round < 200; ++round) {
      std::string text = start;
      while (text.size() < 64)
        text += static_cast<char>(byte(random));
      for (std::size_t size = 0; size <= text.size(); ++size) {
        const auto head = text.substr(0, size);
        EXPECT_FALSE(guess_content(bytes(head)).name.empty());
        static_cast<void>(kind_of(head, "a.txt"));
      }
    }
}

} // namespace
} // namespace troupe
