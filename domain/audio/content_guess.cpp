#include "domain/audio/content_guess.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string>

namespace troupe::audio {

namespace {

using enum content_class;

struct signature {
  std::size_t offset;
  std::string_view bytes;
  content_guess guess;
};

using namespace std::string_view_literals;

constexpr content_guess m4a{foreign_audio, "MPEG-4 audio (AAC or ALAC)"};
constexpr content_guess mp4{other, "MPEG-4 video"};

/// First match wins: brands of MPEG-4 before MPEG-4 as such.
constexpr std::array<signature, 34> signatures{{
  {4, "ftypM4A"sv, m4a},
  {4, "ftypM4B"sv, m4a},
  {4, "ftypheic"sv, {other, "a HEIC picture"}},
  {4, "ftypavif"sv, {other, "an AVIF picture"}},
  {4, "ftyp"sv, mp4},
  {0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv, {foreign_audio, "Windows Media"}},
  {0, "MAC "sv, {foreign_audio, "Monkey's Audio"}},
  {0, "wvpk"sv, {foreign_audio, "WavPack"}},
  {0, "DSD "sv, {foreign_audio, "DSD"}},
  {0, "FRM8"sv, {foreign_audio, "DSD"}},
  {0, "MPCK"sv, {foreign_audio, "Musepack"}},
  {0, "MP+"sv, {foreign_audio, "Musepack"}},
  {0, "TTA1"sv, {foreign_audio, "True Audio"}},
  {0, "MThd"sv, {other, "a MIDI score, which has no sound of its own"}},
  {0, "\xFF\xD8\xFF"sv, {other, "a JPEG picture"}},
  {0, "\x89PNG\r\n\x1A\n"sv, {other, "a PNG picture"}},
  {0, "GIF8"sv, {other, "a GIF picture"}},
  {0, "II*\0"sv, {other, "a TIFF picture"}},
  {0, "MM\0*"sv, {other, "a TIFF picture"}},
  {8, "WEBP"sv, {other, "a WebP picture"}},
  {8, "AVI "sv, {other, "AVI video"}},
  {0, "\x1A\x45\xDF\xA3"sv, {other, "Matroska or WebM video"}},
  {0, "FLV\x01"sv, {other, "Flash video"}},
  {0, "\0\0\x01\xBA"sv, {other, "MPEG video"}},
  {0, "\0\0\x01\xB3"sv, {other, "MPEG video"}},
  {0, "%PDF-"sv, {other, "a PDF document"}},
  {0, "PK\x03\x04"sv, {other, "a ZIP archive"}},
  {0, "PK\x05\x06"sv, {other, "a ZIP archive"}},
  {0, "Rar!\x1A\x07"sv, {other, "a RAR archive"}},
  {0, "7z\xBC\xAF\x27\x1C"sv, {other, "a 7-Zip archive"}},
  {0, "\x1F\x8B"sv, {other, "gzip-compressed data"}},
  {0,
   "\x7F"
   "ELF"sv,
   {other, "a program"}},
  {0, "SQLite format 3"sv, {other, "a SQLite database"}},
  {0, R"({\rtf)"sv, {other, "an RTF document"}},
}};

bool is_text(std::string_view head) {
  // Bytes over 0x7F may be UTF-8 or an old 8-bit encoding: text either way,
  // if most of the rest is printable.
  std::size_t printable = 0;
  for (const char c : head) {
    const auto byte = static_cast<unsigned char>(c);
    const bool space = byte == '\n' || byte == '\r' || byte == '\t';
    if (byte < 0x20 && !space && byte != '\f' && byte != 0x1B)
      return false;
    if (space || (byte >= 0x20 && byte < 0x7F))
      ++printable;
  }
  return !head.empty() && 2 * printable >= head.size();
}

bool is_html(std::string_view head) {
  std::string lower;
  for (const char c : head)
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower.find("<!doctype html") != std::string::npos
         || lower.find("<html") != std::string::npos;
}

/// An AAC frame in ADTS: MPEG's sync word with layer 0, which MP3 never has.
bool is_adts(std::string_view head) {
  return head.size() >= 2 && static_cast<unsigned char>(head[0]) == 0xFF
         && (static_cast<unsigned char>(head[1]) & 0xF6U) == 0xF0U;
}

} // namespace

content_guess guess_content(std::string_view head) {
  for (const auto& known : signatures)
    if (head.size() >= known.offset
        && head.substr(known.offset).starts_with(known.bytes))
      return known.guess;
  if (is_adts(head))
    return {foreign_audio, "AAC"};
  // Signatures of decodable formats are themselves printable: ask for more.
  constexpr std::array decodable{"RIFF"sv, "RIFX"sv, "RF64"sv, "fLaC"sv,
                                 "OggS"sv, "FORM"sv, "ID3"sv,  ".snd"sv,
                                 "caff"sv, "TAG"sv};
  const auto begins = [head](std::string_view s) {
    return head.starts_with(s);
  };
  if (std::any_of(decodable.begin(), decodable.end(), begins) || !is_text(head))
    return {};
  return {other, is_html(head) ? "an HTML page"sv : "plain text"sv};
}

} // namespace troupe::audio
