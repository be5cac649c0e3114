#include "domain/library/media_sniff.hpp"

#include "domain/library/mpeg_frame.hpp"
#include "domain/text/utf8.hpp"

#include <algorithm>
#include <array>

namespace troupe {

namespace {

using enum content_class;

std::string_view as_text(std::span<const std::uint8_t> head) noexcept {
  return {reinterpret_cast<const char*>(head.data()), head.size()};
}

bool has_at(std::string_view head, std::size_t offset,
            std::string_view bytes) noexcept {
  return head.size() >= offset && head.substr(offset, bytes.size()) == bytes;
}

/// ASCII letters only: neither extensions nor tags have others.
std::string in_lower_case(std::string_view text) {
  std::string lower{text};
  for (char& character : lower)
    if (character >= 'A' && character <= 'Z')
      character = static_cast<char>(character - 'A' + 'a');
  return lower;
}

// -- signatures ---------------------------------------------------------------

/// A fixed byte string at a fixed place, with an optional second one.
struct signature {
  std::string_view bytes;
  std::size_t second_offset;
  std::string_view second;
  content_guess guess;
};

constexpr signature plain(std::string_view bytes, std::string_view name,
                          content_class kind) {
  return {bytes, 0, {}, {kind, name}};
}

using namespace std::string_view_literals;

constexpr std::array signatures{
  signature{"RIFF"sv, 8, "WAVE"sv, {playable_audio, "WAV audio"}},
  signature{"RF64"sv, 8, "WAVE"sv, {playable_audio, "RF64 audio"}},
  signature{"BW64"sv, 8, "WAVE"sv, {playable_audio, "BW64 audio"}},
  signature{"RIFX"sv, 8, "WAVE"sv, {playable_audio, "WAV audio"}},
  plain("riff\x2E\x91\xCF\x11"sv, "Wave64 audio", playable_audio),
  signature{"FORM"sv, 8, "AIFF"sv, {playable_audio, "AIFF audio"}},
  signature{"FORM"sv, 8, "AIFC"sv, {playable_audio, "AIFF-C audio"}},
  plain("fLaC"sv, "FLAC audio", playable_audio),
  plain("ID3\x02"sv, "tagged MPEG audio", playable_audio),
  plain("ID3\x03"sv, "tagged MPEG audio", playable_audio),
  plain("ID3\x04"sv, "tagged MPEG audio", playable_audio),
  plain("MAC \x00"sv, "Monkey's Audio", foreign_audio),
  plain("MAC \x96\x0F"sv, "Monkey's Audio", foreign_audio),
  plain("wvpk"sv, "WavPack audio", foreign_audio),
  plain("MPCK"sv, "Musepack audio", foreign_audio),
  plain("MP+"sv, "Musepack audio", foreign_audio),
  plain("TTA1"sv, "True Audio", foreign_audio),
  plain("DSD \x1C\x00"sv, "DSD audio", foreign_audio),
  signature{"FRM8"sv, 12, "DSD "sv, {foreign_audio, "DSD audio"}},
  plain(".snd\x00\x00"sv, "AU audio", playable_audio),
  plain("caff\x00\x01"sv, "Core Audio Format", playable_audio),
  plain("#!AMR"sv, "AMR audio", foreign_audio),
  plain("\xFF\xD8\xFF"sv, "a JPEG picture", image),
  plain("\x89PNG\r\n\x1A\n"sv, "a PNG picture", image),
  signature{"RIFF"sv, 8, "WEBP"sv, {image, "a WebP picture"}},
  plain("GIF87a"sv, "a GIF picture", image),
  plain("GIF89a"sv, "a GIF picture", image),
  plain("II*\x00"sv, "a TIFF picture", image),
  plain("MM\x00*"sv, "a TIFF picture", image),
  plain("II+\x00"sv, "a BigTIFF picture", image),
  plain("MM\x00+"sv, "a BigTIFF picture", image),
  signature{"RIFF"sv, 8, "AVI "sv, {other, "an AVI video"}},
  plain("\x1A\x45\xDF\xA3"sv, "a Matroska or WebM video", other),
  plain("\x00\x00\x01\xBA"sv, "an MPEG video", other),
  plain("\x00\x00\x01\xB3"sv, "an MPEG video", other),
  plain("FLV\x01"sv, "a Flash video", other),
  plain("0&\xB2\x75\x8E\x66\xCF\x11"sv, "Windows Media", foreign_media),
  plain("MThd\x00\x00"sv, "a MIDI score, which has no sound of its own", other),
  plain("PK\x03\x04"sv, "a ZIP archive", other),
  plain("PK\x05\x06"sv, "an empty ZIP archive", other),
  plain("\x1F\x8B"sv, "a gzip archive", other),
  plain("BZh"sv, "a bzip2 archive", other),
  plain("\xFD"
        "7zXZ\x00"sv,
        "an xz archive", other),
  plain("\x28\xB5\x2F\xFD"sv, "a Zstandard archive", other),
  plain("7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive", other),
  plain("Rar!\x1A\x07"sv, "a RAR archive", other),
  plain(R"({\rtf)"sv, "an RTF document", other),
  plain("%PDF-"sv, "a PDF document", other),
  plain("\x7F"
        "ELF"sv,
        "a program", other),
  plain("SQLite format 3\x00"sv, "an SQLite database", other),
};

std::optional<content_guess> by_signature(std::string_view head) noexcept {
  for (const auto& entry : signatures)
    if (has_at(head, 0, entry.bytes)
        && has_at(head, entry.second_offset, entry.second))
      return entry.guess;
  return std::nullopt;
}

// -- formats whose signature is not enough ------------------------------------

/// ISO base media: the brands of the `ftyp` box tell picture, sound and film.
std::optional<content_guess> by_brand(std::string_view head) noexcept {
  if (!has_at(head, 4, "ftyp") || head.size() < 12)
    return std::nullopt;
  const auto brand = head.substr(8, 4);
  if (brand == "avif" || brand == "avis")
    return content_guess{image, "an AVIF picture"};
  constexpr std::array heif{"heic"sv, "heix"sv, "hevc"sv, "hevx"sv,
                            "heim"sv, "heis"sv, "mif1"sv, "msf1"sv};
  if (std::find(heif.begin(), heif.end(), brand) != heif.end())
    return content_guess{image, "a HEIF picture"};
  if (brand == "M4A " || brand == "M4B " || brand == "M4P ")
    return content_guess{foreign_audio, "MPEG-4 audio (AAC or ALAC)"};
  if (brand == "qt  ")
    return content_guess{other, "a QuickTime video"};
  return content_guess{other, "an MPEG-4 video"};
}

/// Ogg (RFC 3533): the pages that begin a stream come first and name their
/// codec. One video stream makes the file a film.
std::optional<content_guess> by_ogg_streams(std::string_view head) noexcept {
  if (!has_at(head, 0, "OggS\x00"sv))
    return std::nullopt;
  std::optional<content_guess> found;
  std::size_t page = 0;
  while (has_at(head, page, "OggS\x00"sv) && head.size() >= page + 27) {
    const bool begins_stream = (head[page + 5] & 2) != 0;
    if (!begins_stream)
      break;
    const auto segments = static_cast<std::uint8_t>(head[page + 26]);
    const auto body = page + 27 + segments;
    if (has_at(head, body, "\x80theora"sv) || has_at(head, body, "BBCD\x00"sv)
        || has_at(head, body, "OVP80"sv) || has_at(head, body, "\x01video"sv))
      return content_guess{other, "an Ogg video"};
    if (has_at(head, body, "\x01vorbis"sv))
      found = {playable_audio, "Ogg Vorbis audio"};
    else if (has_at(head, body, "OpusHead"sv))
      found = {playable_audio, "Ogg Opus audio"};
    else if (has_at(head, body,
                    "\x7F"
                    "FLAC"sv))
      found = {playable_audio, "Ogg FLAC audio"};
    else if (has_at(head, body, "Speex   "sv))
      found = {playable_audio, "Ogg Speex audio"};
    std::size_t body_bytes = 0;
    for (std::size_t i = page + 27; i < body && i < head.size(); ++i)
      body_bytes += static_cast<std::uint8_t>(head[i]);
    page = body + body_bytes;
  }
  return found ? found : content_guess{unknown, "an Ogg file"};
}

/// "BM" alone begins many texts; the length of the header after it is one of
/// the few that were ever defined.
std::optional<content_guess> by_bitmap_header(std::string_view head) noexcept {
  if (!has_at(head, 0, "BM") || head.size() < 18)
    return std::nullopt;
  constexpr std::array<std::uint8_t, 8> lengths{12, 16, 40,  52,
                                                56, 64, 108, 124};
  const auto length = static_cast<std::uint8_t>(head[14]);
  const bool known =
    std::find(lengths.begin(), lengths.end(), length) != lengths.end();
  if (!known || head.substr(15, 3) != "\0\0\0"sv)
    return std::nullopt;
  return content_guess{image, "a BMP picture"};
}

// -- text ---------------------------------------------------------------------

/// True for UTF-8 without control characters other than white space, and for
/// UTF-16 that says so. A sequence cut by the end of `head` does no harm.
bool looks_like_text(std::string_view head) noexcept {
  if (has_at(head, 0, "\xFF\xFE"sv) || has_at(head, 0, "\xFE\xFF"sv))
    return head.size() % 2 == 0;
  constexpr std::size_t longest_sequence = 4;
  for (std::size_t i = 0; i < head.size();) {
    const auto step = utf8_sequence_bytes(head.substr(i));
    if (step == 0)
      return i > 0 && head.size() >= sniff_head_bytes
             && head.size() - i < longest_sequence;
    const auto byte = static_cast<std::uint8_t>(head[i]);
    const bool white = byte == '\t' || byte == '\n' || byte == '\r'
                       || byte == '\f' || byte == '\x1B';
    if (byte == 0x7F || (byte < 0x20 && !white))
      return false;
    i += step;
  }
  return true;
}

/// Text in an older 8-bit encoding: no control characters, and mostly ASCII.
bool looks_like_legacy_text(std::string_view head) noexcept {
  std::size_t high = 0;
  for (const char character : head) {
    const auto byte = static_cast<std::uint8_t>(character);
    const bool white = byte == '\t' || byte == '\n' || byte == '\r'
                       || byte == '\f' || byte == '\x1B';
    if (byte == 0x7F || (byte < 0x20 && !white))
      return false;
    high += byte >= 0x80 ? 1 : 0;
  }
  return high * 3 <= head.size();
}

/// True for either, when there is any text at all.
bool reads_as_text(std::string_view head) noexcept {
  return !head.empty()
         && (looks_like_text(head) || looks_like_legacy_text(head));
}

/// True for the printable beginnings of formats that are not text. A header
/// of theirs that is cut short is damaged audio, not plain text.
bool begins_like_audio(std::string_view head) noexcept {
  constexpr std::array marks{"RIFF"sv, "RIFX"sv, "RF64"sv,    "fLaC"sv,
                             "OggS"sv, "FORM"sv, "ID3"sv,     ".snd"sv,
                             "caff"sv, "TAG"sv,  "NIST_1A"sv, "PVF1"sv};
  return std::any_of(marks.begin(), marks.end(),
                     [head](auto mark) { return head.starts_with(mark); });
}

/// The kind of text: by its first tag, after a byte order mark and blanks.
std::string_view name_of_text(std::string_view head) {
  // Declarations come early; a page quoted further down is not one.
  constexpr std::size_t prologue_bytes = 512;
  const auto first = head.find_first_not_of("\xEF\xBB\xBF \t\r\n"sv);
  if (first == std::string_view::npos || head[first] != '<')
    return "plain text";
  const auto prologue = in_lower_case(head.substr(first, prologue_bytes));
  if (prologue.find("<!doctype html") != std::string::npos
      || prologue.find("<html") != std::string::npos)
    return "an HTML page";
  if (prologue.starts_with("<?xml") || prologue.starts_with("<svg"))
    return "an XML document";
  return "plain text";
}

// -- names --------------------------------------------------------------------

/// The extension in lower case with its dot; empty for ".name" and "name".
std::string extension_of(std::string_view file_name) {
  const auto slash = file_name.rfind('/');
  if (slash != std::string_view::npos)
    file_name.remove_prefix(slash + 1);
  const auto dot = file_name.rfind('.');
  if (dot == std::string_view::npos || dot == 0)
    return {};
  return in_lower_case(file_name.substr(dot));
}

constexpr std::array audio_extensions{
  ".wav"sv,  ".wave"sv, ".w64"sv, ".rf64"sv, ".aif"sv, ".aiff"sv, ".aifc"sv,
  ".flac"sv, ".ogg"sv,  ".oga"sv, ".opus"sv, ".spx"sv, ".mp3"sv,  ".mp2"sv,
  ".m4a"sv,  ".m4b"sv,  ".aac"sv, ".wma"sv,  ".ape"sv, ".wv"sv,   ".mpc"sv,
  ".tta"sv,  ".au"sv,   ".snd"sv, ".caf"sv,  ".amr"sv, ".dsf"sv,
};

constexpr std::array image_extensions{
  ".jpg"sv, ".jpeg"sv, ".jpe"sv,  ".jfif"sv, ".png"sv,  ".webp"sv, ".gif"sv,
  ".bmp"sv, ".tif"sv,  ".tiff"sv, ".heic"sv, ".heif"sv, ".avif"sv,
};

template <class List>
bool holds(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// The type by signature or structure; nothing for text and the unknown.
std::optional<content_guess>
recognise(std::span<const std::uint8_t> bytes) noexcept {
  const auto head = as_text(bytes);
  for (const auto look :
       {by_signature, by_brand, by_ogg_streams, by_bitmap_header})
    if (const auto guess = look(head))
      return guess;
  if (begins_mpeg_audio(bytes))
    return content_guess{playable_audio, "MPEG audio"};
  if (begins_adts_audio(bytes))
    return content_guess{foreign_audio, "AAC audio"};
  return std::nullopt;
}

} // namespace

std::optional<media_kind> kind_by_name(std::string_view file_name,
                                       const sniff_rules& rules) {
  const auto extension = extension_of(file_name);
  if (extension.empty())
    return std::nullopt;
  if (holds(rules.text_extensions, extension))
    return media_kind::text;
  if (holds(audio_extensions, extension))
    return media_kind::audio;
  if (holds(image_extensions, extension))
    return media_kind::image;
  return std::nullopt;
}

std::optional<media_kind> sniff(std::span<const std::uint8_t> head,
                                std::string_view file_name,
                                const sniff_rules& rules) {
  const auto guess = recognise(head);
  if (guess && (guess->kind == playable_audio || guess->kind == foreign_audio))
    return media_kind::audio;
  if (guess && guess->kind == image)
    return media_kind::image;
  const auto named = kind_by_name(file_name, rules);
  if (named == media_kind::text && (guess || !reads_as_text(as_text(head))))
    return std::nullopt;
  return named;
}

content_guess guess_content(std::span<const std::uint8_t> head) {
  if (head.empty())
    return {other, "nothing (0 bytes)"};
  if (const auto guess = recognise(head))
    return *guess;
  const auto text = as_text(head);
  if (begins_like_audio(text) || !reads_as_text(text))
    return {unknown, "unrecognised data"};
  return {other, name_of_text(text)};
}

} // namespace troupe
