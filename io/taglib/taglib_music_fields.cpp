#include "io/taglib/taglib_music_fields.hpp"

#include "io/taglib/taglib_checked_stream.hpp"

#include <fmt/format.h>
#include <taglib/apetag.h>
#include <taglib/fileref.h>
#include <taglib/flacfile.h>
#include <taglib/id3v1tag.h>
#include <taglib/id3v2tag.h>
#include <taglib/infotag.h>
#include <taglib/mp4file.h>
#include <taglib/mpegfile.h>
#include <taglib/oggflacfile.h>
#include <taglib/opusfile.h>
#include <taglib/textidentificationframe.h>
#include <taglib/vorbisfile.h>
#include <taglib/wavfile.h>
#include <taglib/xiphcomment.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <exception>
#include <system_error>
#include <vector>

namespace troupe::io {

namespace {

using TagLib::String;

String taglib_text(const std::string& text) {
  return {text, String::UTF8};
}

// -- values as text -----------------------------------------------------------

/// "128" or "97.43": hundredths are as fine as a tempo is known.
std::string exact_bpm(double bpm) {
  auto text = fmt::format("{:.2f}", bpm);
  while (text.ends_with('0'))
    text.pop_back();
  if (text.ends_with('.'))
    text.pop_back();
  return text;
}

/// ID3v2 and MPEG-4 have whole numbers only.
int whole_bpm(double bpm) {
  return static_cast<int>(std::lround(bpm));
}

/// RFC 7845, 5.2.1: decibels to -23 LUFS in 1/256, a signed 16-bit number.
/// ReplayGain aims at -18 LUFS.
std::string r128_gain(double replaygain_db) {
  const auto steps = std::lround(256.0 * (replaygain_db - 5.0));
  return std::to_string(std::clamp(steps, -32768L, 32767L));
}

struct field {
  std::string name;
  std::string value;
};

/// The fields of ReplayGain 2.0: "-8.30 dB", "0.987654".
std::vector<field> replaygain_fields(const replay_gain& gain) {
  std::vector<field> fields{
    {"REPLAYGAIN_TRACK_GAIN", fmt::format("{:.2f} dB", gain.track_gain_db)}};
  if (gain.track_peak)
    fields.push_back(
      {"REPLAYGAIN_TRACK_PEAK", fmt::format("{:.6f}", *gain.track_peak)});
  if (gain.album_gain_db)
    fields.push_back(
      {"REPLAYGAIN_ALBUM_GAIN", fmt::format("{:.2f} dB", *gain.album_gain_db)});
  if (gain.album_peak)
    fields.push_back(
      {"REPLAYGAIN_ALBUM_PEAK", fmt::format("{:.6f}", *gain.album_peak)});
  return fields;
}

// -- Vorbis comments ----------------------------------------------------------

int put_comment(TagLib::Ogg::XiphComment& comment, const field& wanted) {
  const auto name = taglib_text(wanted.name);
  const auto value = taglib_text(wanted.value);
  const auto& fields = comment.fieldListMap();
  if (fields.contains(name) && fields[name].size() == 1
      && fields[name].front() == value)
    return 0;
  comment.addField(name, value, true);
  return 1;
}

int put_comments(TagLib::Ogg::XiphComment& comment, const music_tags& tags,
                 bool is_opus) {
  std::vector<field> fields;
  if (tags.bpm)
    fields.push_back({"BPM", exact_bpm(*tags.bpm)});
  if (tags.key)
    fields.push_back({"INITIALKEY", *tags.key});
  int changes = 0;
  if (tags.gain && is_opus) {
    fields.push_back({"R128_TRACK_GAIN", r128_gain(tags.gain->track_gain_db)});
    if (tags.gain->album_gain_db)
      fields.push_back(
        {"R128_ALBUM_GAIN", r128_gain(*tags.gain->album_gain_db)});
    // RFC 7845 forbids these beside the ones above: they would contradict.
    for (const auto& stale : replaygain_fields({0.0, 0.0, 0.0, 0.0}))
      if (comment.contains(taglib_text(stale.name))) {
        comment.removeFields(taglib_text(stale.name));
        ++changes;
      }
  } else if (tags.gain) {
    const auto gains = replaygain_fields(*tags.gain);
    fields.insert(fields.end(), gains.begin(), gains.end());
  }
  for (const auto& one : fields)
    changes += put_comment(comment, one);
  return changes;
}

// -- ID3v2 --------------------------------------------------------------------

int put_text_frame(TagLib::ID3v2::Tag& tag, const char* id,
                   const std::string& wanted) {
  const auto value = taglib_text(wanted);
  const auto& frames = tag.frameList(id);
  if (frames.size() == 1 && frames.front()->toString() == value)
    return 0;
  tag.removeFrames(id);
  // The tag owns its frames.
  auto* frame = new TagLib::ID3v2::TextIdentificationFrame{id, String::Latin1};
  frame->setText(value);
  tag.addFrame(frame);
  return 1;
}

int put_user_frame(TagLib::ID3v2::Tag& tag, const field& wanted) {
  using user_frame = TagLib::ID3v2::UserTextIdentificationFrame;
  const auto name = taglib_text(wanted.name);
  const auto value = taglib_text(wanted.value);
  auto* frame = user_frame::find(&tag, name);
  if (frame != nullptr) {
    // The first field is the frame's name.
    const auto known = frame->fieldList();
    if (known.size() == 2 && known.back() == value)
      return 0;
    frame->setText(value);
    return 1;
  }
  // The tag owns its frames.
  tag.addFrame(new user_frame{name, TagLib::StringList{value}, String::Latin1});
  return 1;
}

int put_frames(TagLib::ID3v2::Tag& tag, const music_tags& tags) {
  int changes = 0;
  if (tags.bpm)
    changes +=
      put_text_frame(tag, "TBPM", std::to_string(whole_bpm(*tags.bpm)));
  if (tags.key)
    changes += put_text_frame(tag, "TKEY", *tags.key);
  if (tags.gain)
    for (const auto& one : replaygain_fields(*tags.gain))
      changes += put_user_frame(tag, one);
  return changes;
}

/// A tag of version 2.3 (or 2.2, of which TagLib makes 2.3) stays one: there
/// are players that read nothing newer.
TagLib::ID3v2::Version version_of(const TagLib::ID3v2::Tag& tag) {
  const auto* header = tag.header();
  return header != nullptr && header->majorVersion() < 4 ? TagLib::ID3v2::v3
                                                         : TagLib::ID3v2::v4;
}

/// An APE tag behind an MP3 may hold an older gain, which some players prefer.
int put_ape_items(TagLib::APE::Tag& tag, const music_tags& tags) {
  int changes = 0;
  if (!tags.gain)
    return changes;
  for (const auto& one : replaygain_fields(*tags.gain)) {
    const auto name = taglib_text(one.name);
    const auto value = taglib_text(one.value);
    const auto& items = tag.itemListMap();
    if (!items.contains(name.upper())
        || items[name.upper()].toString() == value)
      continue;
    tag.addValue(name, value, true);
    ++changes;
  }
  return changes;
}

// -- MPEG-4 -------------------------------------------------------------------

int put_item(TagLib::MP4::Tag& tag, const std::string& name,
             const TagLib::MP4::Item& value, bool same) {
  if (same)
    return 0;
  tag.setItem(taglib_text(name), value);
  return 1;
}

int put_free_item(TagLib::MP4::Tag& tag, const field& wanted) {
  const auto name = "----:com.apple.iTunes:" + wanted.name;
  const TagLib::StringList value{taglib_text(wanted.value)};
  const bool same = tag.contains(taglib_text(name))
                    && tag.item(taglib_text(name)).toStringList() == value;
  return put_item(tag, name, TagLib::MP4::Item{value}, same);
}

int put_items(TagLib::MP4::Tag& tag, const music_tags& tags) {
  int changes = 0;
  if (tags.bpm) {
    const int bpm = whole_bpm(*tags.bpm);
    const bool same = tag.contains("tmpo") && tag.item("tmpo").toInt() == bpm;
    changes += put_item(tag, "tmpo", TagLib::MP4::Item{bpm}, same);
  }
  if (tags.key)
    changes += put_free_item(tag, {"initialkey", *tags.key});
  if (tags.gain)
    for (auto one : replaygain_fields(*tags.gain)) {
      std::transform(one.name.begin(), one.name.end(), one.name.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
      changes += put_free_item(tag, one);
    }
  return changes;
}

// -- by format ----------------------------------------------------------------

/// What a format's part did.
struct outcome {
  bool known = true;
  int changes = 0;
  bool saved = true;
};

/// A new ID3v2 tag hides older tags from players that read but one: it says
/// what they say.
void begin_with(const TagLib::Tag* older, TagLib::Tag& tag) {
  if (older != nullptr)
    TagLib::Tag::duplicate(older, &tag, false);
}

outcome put_into_mpeg(TagLib::MPEG::File& file, const music_tags& tags) {
  using mpeg = TagLib::MPEG::File;
  const bool is_new = !file.hasID3v2Tag();
  auto& tag = *file.ID3v2Tag(true);
  if (is_new) {
    begin_with(file.APETag(), tag);
    begin_with(file.ID3v1Tag(), tag);
  }
  const auto version = version_of(tag);
  outcome done;
  done.changes = put_frames(tag, tags);
  int kinds = mpeg::ID3v2;
  if (file.hasAPETag()) {
    done.changes += put_ape_items(*file.APETag(), tags);
    kinds |= mpeg::APE;
  }
  if (done.changes > 0)
    done.saved =
      file.save(kinds, mpeg::StripNone, version, mpeg::DoNotDuplicate);
  return done;
}

outcome put_into_wav(TagLib::RIFF::WAV::File& file, const music_tags& tags) {
  using wav = TagLib::RIFF::WAV::File;
  auto& tag = *file.ID3v2Tag();
  if (!file.hasID3v2Tag() && file.hasInfoTag())
    begin_with(file.InfoTag(), tag);
  const auto version = version_of(tag);
  outcome done;
  done.changes = put_frames(tag, tags);
  if (done.changes > 0)
    done.saved = file.save(wav::ID3v2, wav::StripNone, version);
  return done;
}

template <class File>
outcome put_into_ogg(File& file, const music_tags& tags, bool is_opus) {
  outcome done;
  done.changes = put_comments(*file.tag(), tags, is_opus);
  if (done.changes > 0)
    done.saved = file.save();
  return done;
}

outcome put_into(TagLib::File& file, const music_tags& tags) {
  if (auto* mpeg = dynamic_cast<TagLib::MPEG::File*>(&file))
    return put_into_mpeg(*mpeg, tags);
  if (auto* wav = dynamic_cast<TagLib::RIFF::WAV::File*>(&file))
    return put_into_wav(*wav, tags);
  if (auto* vorbis = dynamic_cast<TagLib::Ogg::Vorbis::File*>(&file))
    return put_into_ogg(*vorbis, tags, false);
  if (auto* opus = dynamic_cast<TagLib::Ogg::Opus::File*>(&file))
    return put_into_ogg(*opus, tags, true);
  if (auto* flac = dynamic_cast<TagLib::Ogg::FLAC::File*>(&file))
    return put_into_ogg(*flac, tags, false);
  outcome done;
  if (auto* flac = dynamic_cast<TagLib::FLAC::File*>(&file)) {
    done.changes = put_comments(*flac->xiphComment(true), tags, false);
  } else if (auto* mp4 = dynamic_cast<TagLib::MP4::File*>(&file)) {
    done.changes = put_items(*mp4->tag(), tags);
  } else {
    done.known = false;
    return done;
  }
  if (done.changes > 0)
    done.saved = file.save();
  return done;
}

error to_error(errc code, const std::string& what) {
  return {code, fmt::format("cannot write tags: {}", what)};
}

error to_error(int number) {
  const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  return to_error(full ? errc::no_space : errc::io_failure,
                  std::generic_category().message(number));
}

error unknown_format() {
  return to_error(errc::unsupported,
                  "only FLAC, MP3, Ogg, Opus, WAV and MPEG-4 are tagged");
}

} // namespace

result<int> put_music_fields(const std::string& path, const music_tags& tags) {
  try {
    const auto checked = open_taglib_checked_stream(path);
    outcome done;
    if (checked->failure() == 0) {
      // Not the audio properties: they cost a scan of the file.
      const TagLib::FileRef file{&checked->stream(), false};
      if (file.isNull() || file.tag() == nullptr)
        return unknown_format();
      done = put_into(*file.file(), tags);
    }
    if (checked->failure() != 0)
      return to_error(checked->failure());
    if (!done.known)
      return unknown_format();
    if (!done.saved)
      return to_error(errc::io_failure, "TagLib refuses to save them");
    return done.changes;
  } catch (const std::exception& problem) {
    return to_error(errc::corrupt, problem.what());
  }
}

} // namespace troupe::io
