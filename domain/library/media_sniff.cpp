#include "domain/library/media_sniff.hpp"

#include "domain/library/mpeg_frame.hpp"
#include "domain/text/utf8.hpp"

#include <algorithm>
#include <array>

namespace troupe {

namespace {

/// What the bytes are: for a person, and for us when it is media.
struct content_type {
  std::string_view description;
  std::optional<media_kind> kind;
};

constexpr auto no_kind = std::optional<media_kind>{};

std::string_view as_text(std::span<const std::uint8_t> head) noexcept {
  return {reinterpret_cast<const char*>(head.data()), head.size()};
}

bool has_at(std::string_view head, std::size_t offset,
            std::string_view bytes) noexcept {
  return head.size() >= offset && head.substr(offset, bytes.size()) == bytes;
}

// -- signatures ---------------------------------------------------------------

/// A fixed byte string at a fixed place, with an optional second one.
struct signature {
  std::string_view bytes;
  std::size_t second_offset;
  std::string_view second;
  content_type type;
};

constexpr signature plain(std::string_view bytes, std::string_view description,
                          std::optional<media_kind> kind) {
  return {bytes, 0, {}, {description, kind}};
}

using namespace std::string_view_literals;

constexpr std::array signatures{
  signature{"RIFF"sv, 8, "WAVE"sv, {"WAV audio", media_kind::audio}},
  signature{"RF64"sv, 8, "WAVE"sv, {"RF64 audio", media_kind::audio}},
  signature{"BW64"sv, 8, "WAVE"sv, {"BW64 audio", media_kind::audio}},
  signature{"RIFX"sv, 8, "WAVE"sv, {"WAV audio", media_kind::audio}},
  plain("riff\x2E\x91\xCF\x11"sv, "Wave64 audio", media_kind::audio),
  signature{"FORM"sv, 8, "AIFF"sv, {"AIFF audio", media_kind::audio}},
  signature{"FORM"sv, 8, "AIFC"sv, {"AIFF-C audio", media_kind::audio}},
  plain("fLaC"sv, "FLAC audio", media_kind::audio),
  plain("ID3\x02"sv, "tagged MPEG audio", media_kind::audio),
  plain("ID3\x03"sv, "tagged MPEG audio", media_kind::audio),
  plain("ID3\x04"sv, "tagged MPEG audio", media_kind::audio),
  plain("MAC \x00"sv, "Monkey's Audio", media_kind::audio),
  plain("MAC \x96\x0F"sv, "Monkey's Audio", media_kind::audio),
  plain("wvpk"sv, "WavPack audio", media_kind::audio),
  plain("MPCK"sv, "Musepack audio", media_kind::audio),
  plain("MP+"sv, "Musepack audio", media_kind::audio),
  plain("TTA1"sv, "True Audio", media_kind::audio),
  plain("DSD \x1C\x00"sv, "DSF audio", media_kind::audio),
  plain(".snd\x00\x00"sv, "AU audio", media_kind::audio),
  plain("caff\x00\x01"sv, "Core Audio Format", media_kind::audio),
  plain("#!AMR"sv, "AMR audio", media_kind::audio),
  plain("\xFF\xD8\xFF"sv, "a JPEG picture", media_kind::image),
  plain("\x89PNG\r\n\x1A\n"sv, "a PNG picture", media_kind::image),
  signature{"RIFF"sv, 8, "WEBP"sv, {"a WebP picture", media_kind::image}},
  plain("GIF87a"sv, "a GIF picture", media_kind::image),
  plain("GIF89a"sv, "a GIF picture", media_kind::image),
  plain("II*\x00"sv, "a TIFF picture", media_kind::image),
  plain("MM\x00*"sv, "a TIFF picture", media_kind::image),
  plain("II+\x00"sv, "a BigTIFF picture", media_kind::image),
  plain("MM\x00+"sv, "a BigTIFF picture", media_kind::image),
  signature{"RIFF"sv, 8, "AVI "sv, {"an AVI video", no_kind}},
  plain("\x1A\x45\xDF\xA3"sv, "a Matroska or WebM video", no_kind),
  plain("\x00\x00\x01\xBA"sv, "an MPEG video", no_kind),
  plain("\x00\x00\x01\xB3"sv, "an MPEG video", no_kind),
  plain("FLV\x01"sv, "a Flash video", no_kind),
  plain("0&\xB2\x75\x8E\x66\xCF\x11"sv, "Windows media", no_kind),
  plain("MThd\x00\x00"sv, "a MIDI score", no_kind),
  plain("PK\x03\x04"sv, "a ZIP archive", no_kind),
  plain("PK\x05\x06"sv, "an empty ZIP archive", no_kind),
  plain("\x1F\x8B"sv, "a gzip archive", no_kind),
  plain("BZh"sv, "a bzip2 archive", no_kind),
  plain("\xFD"
        "7zXZ\x00"sv,
        "an xz archive", no_kind),
  plain("\x28\xB5\x2F\xFD"sv, "a Zstandard archive", no_kind),
  plain("7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive", no_kind),
  plain("Rar!\x1A\x07"sv, "a RAR archive", no_kind),
  plain("%PDF-"sv, "a PDF document", no_kind),
  plain("\x7F"
        "ELF"sv,
        "a program", no_kind),
  plain("SQLite format 3\x00"sv, "an SQLite database", no_kind),
};

std::optional<content_type> by_signature(std::string_view head) noexcept {
  for (const auto& entry : signatures)
    if (has_at(head, 0, entry.bytes)
        && has_at(head, entry.second_offset, entry.second))
      return entry.type;
  return std::nullopt;
}

// -- formats whose signature is not enough ------------------------------------

/// ISO base media: the brands of the `ftyp` box tell picture, sound and film.
std::optional<content_type> by_brand(std::string_view head) noexcept {
  if (!has_at(head, 4, "ftyp") || head.size() < 12)
    return std::nullopt;
  const auto brand = head.substr(8, 4);
  if (brand == "avif" || brand == "avis")
    return content_type{"an AVIF picture", media_kind::image};
  constexpr std::array heif{"heic"sv, "heix"sv, "hevc"sv, "hevx"sv,
                            "heim"sv, "heis"sv, "mif1"sv, "msf1"sv};
  if (std::find(heif.begin(), heif.end(), brand) != heif.end())
    return content_type{"a HEIF picture", media_kind::image};
  if (brand == "M4A " || brand == "M4B " || brand == "M4P ")
    return content_type{"MP4 audio", media_kind::audio};
  if (brand == "qt  ")
    return content_type{"a QuickTime video", std::nullopt};
  return content_type{"an MP4 video", std::nullopt};
}

/// Ogg (RFC 3533): the pages that begin a stream come first and name their
/// codec. One video stream makes the file a film.
std::optional<content_type> by_ogg_streams(std::string_view head) noexcept {
  if (!has_at(head, 0, "OggS\x00"sv))
    return std::nullopt;
  std::optional<content_type> found;
  std::size_t page = 0;
  while (has_at(head, page, "OggS\x00"sv) && head.size() >= page + 27) {
    const bool begins_stream = (head[page + 5] & 2) != 0;
    if (!begins_stream)
      break;
    const auto segments = static_cast<std::uint8_t>(head[page + 26]);
    const auto body = page + 27 + segments;
    if (has_at(head, body, "\x80theora"sv) || has_at(head, body, "BBCD\x00"sv)
        || has_at(head, body, "OVP80"sv) || has_at(head, body, "\x01video"sv))
      return content_type{"an Ogg video", std::nullopt};
    if (has_at(head, body, "\x01vorbis"sv))
      found = {"Ogg Vorbis audio", media_kind::audio};
    else if (has_at(head, body, "OpusHead"sv))
      found = {"Ogg Opus audio", media_kind::audio};
    else if (has_at(head, body,
                    "\x7F"
                    "FLAC"sv))
      found = {"Ogg FLAC audio", media_kind::audio};
    else if (has_at(head, body, "Speex   "sv))
      found = {"Ogg Speex audio", media_kind::audio};
    std::size_t body_bytes = 0;
    for (std::size_t i = page + 27; i < body && i < head.size(); ++i)
      body_bytes += static_cast<std::uint8_t>(head[i]);
    page = body + body_bytes;
  }
  return found ? found : content_type{"an Ogg file", std::nullopt};
}

/// "BM" alone begins many texts; the length of the header after it is one of
/// the few that were ever defined.
std::optional<content_type> by_bitmap_header(std::string_view head) noexcept {
  if (!has_at(head, 0, "BM") || head.size() < 18)
    return std::nullopt;
  constexpr std::array<std::uint8_t, 8> lengths{12, 16, 40,  52,
                                                56, 64, 108, 124};
  const auto length = static_cast<std::uint8_t>(head[14]);
  const bool known =
    std::find(lengths.begin(), lengths.end(), length) != lengths.end();
  if (!known || head.substr(15, 3) != "\0\0\0"sv)
    return std::nullopt;
  return content_type{"a BMP picture", media_kind::image};
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

// -- names --------------------------------------------------------------------

/// The extension in lower case with its dot; empty for ".name" and "name".
std::string extension_of(std::string_view file_name) {
  const auto slash = file_name.rfind('/');
  if (slash != std::string_view::npos)
    file_name.remove_prefix(slash + 1);
  const auto dot = file_name.rfind('.');
  if (dot == std::string_view::npos || dot == 0)
    return {};
  std::string extension{file_name.substr(dot)};
  for (char& character : extension)
    if (character >= 'A' && character <= 'Z')
      character = static_cast<char>(character - 'A' + 'a');
  return extension;
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
std::optional<content_type>
recognise(std::span<const std::uint8_t> bytes) noexcept {
  const auto head = as_text(bytes);
  if (const auto type = by_signature(head))
    return type;
  if (const auto type = by_brand(head))
    return type;
  if (const auto type = by_ogg_streams(head))
    return type;
  if (const auto type = by_bitmap_header(head))
    return type;
  if (begins_mpeg_audio(bytes))
    return content_type{"MPEG audio", media_kind::audio};
  if (begins_adts_audio(bytes))
    return content_type{"AAC audio", media_kind::audio};
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
  const auto type = recognise(head);
  if (type && type->kind)
    return type->kind;
  const auto named = kind_by_name(file_name, rules);
  if (named != media_kind::text)
    return named;
  const auto text = as_text(head);
  const bool reads = !type && !text.empty()
                     && (looks_like_text(text) || looks_like_legacy_text(text));
  return reads ? named : std::nullopt;
}

std::string describe_content(std::span<const std::uint8_t> head) {
  if (head.empty())
    return "nothing (0 bytes)";
  if (const auto type = recognise(head))
    return std::string{type->description};
  const auto text = as_text(head);
  if (!looks_like_text(text))
    return "unrecognised data";
  if (has_at(text, 0, "<!DOCTYPE html") || has_at(text, 0, "<html"))
    return "an HTML page";
  if (has_at(text, 0, "<?xml") || has_at(text, 0, "<svg"))
    return "an XML document";
  return "plain text";
}

} // namespace troupe
