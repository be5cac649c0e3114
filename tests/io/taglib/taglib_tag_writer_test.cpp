#include "io/taglib/taglib_tag_reader.hpp"
#include "io/taglib/taglib_tag_writer.hpp"
#include "tests/io/audio_files.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <taglib/fileref.h>
#include <taglib/mp4file.h>
#include <taglib/tag.h>
#include <taglib/tpropertymap.h>
#include <taglib/xiphcomment.h>

#include <csignal>
#include <cstdint>
#include <iterator>
#include <map>

namespace troupe::io {
namespace {

namespace fs = std::filesystem;

struct format_case {
  std::string name;
  int format;
  int rate_hz = 44100;
};

const std::vector<format_case> formats{
  {"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
  {"float.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT},
  {"a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
  {"a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS},
  {"a.opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000},
  {"a.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III},
};

const music_tags all_tags{128.04, "F#m",
                          replay_gain{-8.304, 0.977237, -7.5, 1.000001}};

std::string bytes_of(const std::string& path) {
  std::ifstream stream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

std::vector<float> samples_of(const std::string& path) {
  SF_INFO info{};
  SNDFILE* file = sf_open(path.c_str(), SFM_READ, &info);
  EXPECT_NE(file, nullptr) << path;
  std::vector<float> out(static_cast<std::size_t>(info.frames)
                         * static_cast<std::size_t>(info.channels));
  const auto read =
    sf_read_float(file, out.data(), static_cast<sf_count_t>(out.size()));
  out.resize(static_cast<std::size_t>(read));
  sf_close(file);
  return out;
}

std::uint32_t word_at(const std::string& bytes, std::size_t at, bool big) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[at + i]);
    value |= static_cast<std::uint32_t>(byte) << (big ? 24 - 8 * i : 8 * i);
  }
  return value;
}

/// The packets of an Ogg stream behind its headers, one after another: what
/// the pages hold without their own headers (RFC 3533).
std::string ogg_audio(const std::string& bytes, int header_packets) {
  std::string audio;
  int complete = 0;
  for (std::size_t at = 0; at + 27 <= bytes.size();) {
    EXPECT_EQ(bytes.substr(at, 4), "OggS");
    const auto segments = static_cast<unsigned char>(bytes[at + 26]);
    auto from = at + 27 + segments;
    for (std::size_t i = 0; i < segments; ++i) {
      const auto size = static_cast<unsigned char>(bytes[at + 27 + i]);
      if (complete >= header_packets) {
        audio += bytes.substr(from, size);
        if (size < 255)
          audio += '|';
      } else if (size < 255) {
        ++complete;
      }
      from += size;
    }
    at = from;
  }
  return audio;
}

/// Everything behind the metadata blocks.
std::string flac_audio(const std::string& bytes) {
  std::size_t at = 4;
  bool last = false;
  while (!last) {
    const auto head = word_at(bytes, at, true);
    last = (head >> 31) != 0;
    at += 4 + (head & 0xFFFFFFU);
  }
  return bytes.substr(at);
}

std::string mp3_audio(const std::string& bytes) {
  if (!bytes.starts_with("ID3"))
    return bytes;
  std::size_t size = 0;
  for (std::size_t i = 6; i < 10; ++i)
    size = size << 7 | static_cast<unsigned char>(bytes[i]);
  return bytes.substr(10 + size);
}

std::string wav_audio(const std::string& bytes) {
  for (std::size_t at = 12; at + 8 <= bytes.size();) {
    const auto size = word_at(bytes, at + 4, false);
    if (bytes.substr(at, 4) == "data")
      return bytes.substr(at + 8, size);
    at += 8 + size + size % 2;
  }
  return {};
}

/// The encoded sound, without anything that tags may change.
std::string encoded_audio(const std::string& path) {
  const auto bytes = bytes_of(path);
  if (path.ends_with(".flac"))
    return flac_audio(bytes);
  if (path.ends_with(".ogg"))
    return ogg_audio(bytes, 3);
  if (path.ends_with(".opus"))
    return ogg_audio(bytes, 2);
  return path.ends_with(".mp3") ? mp3_audio(bytes) : wav_audio(bytes);
}

/// All tags by name, as TagLib unifies them.
std::map<std::string, std::string> properties_of(const std::string& path) {
  const TagLib::FileRef file{path.c_str(), false};
  std::map<std::string, std::string> found;
  if (file.isNull())
    return found;
  for (const auto& [name, values] : file.file()->properties())
    found[name.to8Bit(true)] = values.toString("; ").to8Bit(true);
  return found;
}

class taglib_tag_writer_test : public audio_files {
protected:
  [[nodiscard]] std::string make(const format_case& one) const {
    return write_audio(one.name, tone(one.rate_hz, 1.0),
                       {one.format, one.rate_hz, 2, "Title"});
  }

  void write(const std::string& path, const music_tags& tags) const {
    auto copy = writer_->copy_with_tags(path, tags, hard_links::refuse);
    ASSERT_TRUE(copy) << copy.failure().detail;
    const auto done = copy.value()->commit();
    ASSERT_TRUE(done) << done.failure().detail;
  }

  [[nodiscard]] errc refusal(const std::string& path) const {
    const auto copy =
      writer_->copy_with_tags(path, all_tags, hard_links::refuse);
    return copy ? errc::none : copy.failure().code;
  }

  [[nodiscard]] std::size_t files_beside(const std::string& path) const {
    const fs::directory_iterator all{fs::path{path}.parent_path()};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  std::unique_ptr<tag_writer> writer_ = open_taglib_tag_writer();
};

TEST_F(taglib_tag_writer_test, leaves_every_bit_of_the_sound_as_it_was) {
  for (const auto& one : formats) {
    SCOPED_TRACE(one.name);
    const auto path = make(one);
    const auto samples = samples_of(path);
    const auto encoded = encoded_audio(path);
    ASSERT_FALSE(samples.empty());
    ASSERT_FALSE(encoded.empty());
    write(path, all_tags);
    EXPECT_TRUE(samples_of(path) == samples);
    EXPECT_TRUE(encoded_audio(path) == encoded);
  }
}

TEST_F(taglib_tag_writer_test, writes_the_fields_that_players_look_for) {
  for (const auto& one : formats) {
    SCOPED_TRACE(one.name);
    const auto path = make(one);
    write(path, all_tags);
    auto found = properties_of(path);
    const bool id3 = one.name.ends_with("mp3") || one.name.ends_with("wav");
    EXPECT_EQ(found["TITLE"], "Title");
    EXPECT_EQ(found["BPM"], id3 ? "128" : "128.04");
    EXPECT_EQ(found["INITIALKEY"], "F#m");
    if (one.name.ends_with("opus")) {
      // 256 * (-8.304 - 5) = -3405.8; 256 * (-7.5 - 5) = -3200.
      EXPECT_EQ(found["R128_TRACK_GAIN"], "-3406");
      EXPECT_EQ(found["R128_ALBUM_GAIN"], "-3200");
      EXPECT_FALSE(found.contains("REPLAYGAIN_TRACK_GAIN"));
      continue;
    }
    EXPECT_EQ(found["REPLAYGAIN_TRACK_GAIN"], "-8.30 dB");
    EXPECT_EQ(found["REPLAYGAIN_TRACK_PEAK"], "0.977237");
    EXPECT_EQ(found["REPLAYGAIN_ALBUM_GAIN"], "-7.50 dB");
    EXPECT_EQ(found["REPLAYGAIN_ALBUM_PEAK"], "1.000001");
  }
}

TEST_F(taglib_tag_writer_test, leaves_what_was_not_asked_for) {
  for (const auto& one : formats) {
    SCOPED_TRACE(one.name);
    const auto path = make(one);
    write(path, all_tags);
    auto before = properties_of(path);
    write(path, {99.0, std::nullopt, std::nullopt});
    before["BPM"] = "99";
    EXPECT_EQ(properties_of(path), before);
  }
}

TEST_F(taglib_tag_writer_test, does_not_write_what_is_there_already) {
  for (const auto& one : formats) {
    SCOPED_TRACE(one.name);
    const auto path = make(one);
    write(path, all_tags);

    struct stat before {};

    ASSERT_EQ(::stat(path.c_str(), &before), 0);
    auto copy = writer_->copy_with_tags(path, all_tags, hard_links::refuse);
    ASSERT_TRUE(copy);
    EXPECT_FALSE(copy.value()->differs());
    ASSERT_TRUE(copy.value()->commit());

    struct stat after {};

    ASSERT_EQ(::stat(path.c_str(), &after), 0);
    EXPECT_EQ(after.st_ino, before.st_ino);
  }
}

TEST_F(taglib_tag_writer_test, replaces_the_gain_that_opus_must_not_have) {
  const auto path = make(formats[4]);
  {
    TagLib::FileRef file{path.c_str(), false};
    auto* comment = dynamic_cast<TagLib::Ogg::XiphComment*>(file.tag());
    ASSERT_NE(comment, nullptr);
    comment->addField("REPLAYGAIN_TRACK_GAIN", "+3.00 dB");
    ASSERT_TRUE(file.save());
  }
  write(path, {std::nullopt, std::nullopt, replay_gain{-1.0, {}, {}, {}}});
  const auto found = properties_of(path);
  EXPECT_FALSE(found.contains("REPLAYGAIN_TRACK_GAIN"));
  EXPECT_EQ(found.at("R128_TRACK_GAIN"), "-1536"); // 256 * (-1 - 5)
}

TEST_F(taglib_tag_writer_test, keeps_an_old_version_of_id3) {
  const auto path = make(formats[5]);
  // Ten bytes: ID3v2.3 without flags, 20 bytes of frames: TALB "album".
  const std::string frame{"TALB\0\0\0\x06\0\0\0album\0\0\0\0", 20};
  const auto plain = mp3_audio(bytes_of(path));
  std::ofstream{path, std::ios::binary}
    << std::string{"ID3\x03\0\0\0\0\0\x14", 10} << frame << plain;
  write(path, all_tags);
  EXPECT_EQ(bytes_of(path)[3], 3);
  EXPECT_EQ(properties_of(path)["ALBUM"], "album");
  EXPECT_TRUE(mp3_audio(bytes_of(path)) == plain);
}

TEST_F(taglib_tag_writer_test, keeps_mode_and_attributes) {
  const auto path = make(formats[2]);
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  const bool attributes =
    ::setxattr(path.c_str(), "user.origin", "vinyl", 5, 0) == 0;
  write(path, all_tags);

  struct stat after {};

  ASSERT_EQ(::stat(path.c_str(), &after), 0);
  EXPECT_EQ(after.st_mode & 07777U, 0640U);
  std::string value(5, ' ');
  if (attributes) {
    EXPECT_EQ(::getxattr(path.c_str(), "user.origin", value.data(), 5), 5);
    EXPECT_EQ(value, "vinyl");
  }
}

TEST_F(taglib_tag_writer_test, keeps_a_symbolic_link_and_tags_its_target) {
  const auto path = make(formats[2]);
  const auto link = path_of("link.flac");
  fs::create_symlink("a.flac", link);
  write(link, all_tags);
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(properties_of(path)["INITIALKEY"], "F#m");
}

TEST_F(taglib_tag_writer_test, parts_hard_links_only_on_request) {
  const auto path = make(formats[2]);
  const auto twin = path_of("twin.flac");
  fs::create_hard_link(path, twin);
  const auto before = bytes_of(path);
  EXPECT_EQ(refusal(path), errc::refused);
  EXPECT_TRUE(bytes_of(path) == before);
  auto copy = writer_->copy_with_tags(path, all_tags, hard_links::split);
  ASSERT_TRUE(copy);
  ASSERT_TRUE(copy.value()->commit());
  EXPECT_TRUE(bytes_of(twin) == before);
  EXPECT_FALSE(bytes_of(path) == before);
}

TEST_F(taglib_tag_writer_test, does_not_overwrite_what_changed_meanwhile) {
  const auto path = make(formats[2]);
  auto copy = writer_->copy_with_tags(path, all_tags, hard_links::refuse);
  ASSERT_TRUE(copy);
  std::ofstream{path, std::ios::binary} << "somebody else's";
  const auto done = copy.value()->commit();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.failure().code, errc::refused);
  EXPECT_EQ(bytes_of(path), "somebody else's");
}

TEST_F(taglib_tag_writer_test, leaves_nothing_behind_without_commit) {
  const auto path = make(formats[2]);
  const auto before = bytes_of(path);
  {
    auto copy = writer_->copy_with_tags(path, all_tags, hard_links::refuse);
    ASSERT_TRUE(copy);
    EXPECT_EQ(files_beside(path), 2U);
  }
  EXPECT_EQ(files_beside(path), 1U);
  EXPECT_TRUE(bytes_of(path) == before);
}

TEST_F(taglib_tag_writer_test, refuses_what_it_cannot_tag) {
  EXPECT_EQ(refusal(path_of("gone.mp3")), errc::not_found);
  EXPECT_EQ(refusal(write_bytes("text.txt", "no music")), errc::unsupported);
  EXPECT_EQ(refusal(write_bytes("empty.flac", "")), errc::unsupported);
  EXPECT_EQ(refusal(path_of("")), errc::unsupported);
  EXPECT_EQ(files_beside(path_of("text.txt")), 2U);
}

/// While it lives, no file of this process grows beyond a size: every write
/// that would do so fails in its middle, as on a full disk.
class short_of_space {
public:
  explicit short_of_space(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }

  ~short_of_space() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
  }

  short_of_space(const short_of_space&) = delete;
  short_of_space& operator=(const short_of_space&) = delete;

private:
  rlimit before_{};
};

TEST_F(taglib_tag_writer_test, changes_nothing_when_the_disk_fills_up) {
  for (const auto& one : formats) {
    const auto path = make(one);
    const auto before = bytes_of(path);
    const auto encoded = encoded_audio(path);
    const auto files = files_beside(path);
    int failures = 0;
    // Within the copying, at its end, and within what TagLib adds.
    for (const std::ptrdiff_t more :
         {-1'000'000, -5'000, -1, 0, 1, 40, 200, 700, 1'100, 3'000}) {
      const auto size = static_cast<std::ptrdiff_t>(before.size()) + more;
      SCOPED_TRACE(one.name + " limited to " + std::to_string(size));
      std::unique_ptr<tagged_copy> copy;
      {
        const short_of_space now{
          static_cast<rlim_t>(std::max<std::ptrdiff_t>(size, 0))};
        auto made = writer_->copy_with_tags(path, all_tags, hard_links::refuse);
        if (made)
          copy = std::move(made.value());
      }
      EXPECT_TRUE(bytes_of(path) == before);
      if (copy) {
        auto tagged = copy->path();
        const auto named = tagged + one.name;
        fs::copy_file(tagged, named);
        EXPECT_TRUE(encoded_audio(named) == encoded);
        EXPECT_EQ(properties_of(named)["INITIALKEY"], "F#m");
        fs::remove(named);
      } else {
        ++failures;
      }
      copy.reset();
      EXPECT_EQ(files_beside(path), files);
    }
    EXPECT_GE(failures, 3) << one.name;
  }
}

// -- MPEG-4 -------------------------------------------------------------------

std::string big(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>(value >> shift & 0xFFU);
  return bytes;
}

std::string atom(const std::string& name, const std::string& body) {
  return big(static_cast<std::uint32_t>(8 + body.size())) + name + body;
}

/// The smallest file that has sound: a brand, a movie with one chunk offset,
/// and data behind it (ISO/IEC 14496-12).
std::string small_mp4(const std::string& sound) {
  const auto brand = atom("ftyp", "M4A " + big(0) + "M4A isom");
  const auto movie = [](std::uint32_t offset) {
    const auto offsets = atom("stco", big(0) + big(1) + big(offset));
    return atom(
      "moov",
      atom("mvhd", std::string(100, '\0'))
        + atom("trak", atom("mdia", atom("minf", atom("stbl", offsets)))));
  };
  const auto at =
    static_cast<std::uint32_t>(brand.size() + movie(0).size() + 8);
  return brand + movie(at) + atom("mdat", sound);
}

TEST_F(taglib_tag_writer_test, tags_mpeg4_and_moves_its_chunk_offsets) {
  const std::string sound(5'000, 's');
  const auto path = write_bytes("a.m4a", small_mp4(sound));
  write(path, all_tags);
  const auto bytes = bytes_of(path);
  const auto stco = bytes.find("stco");
  ASSERT_NE(stco, std::string::npos);
  EXPECT_EQ(bytes.substr(word_at(bytes, stco + 12, true), sound.size()), sound);
  TagLib::MP4::File file{path.c_str(), false};
  const std::string free_item = "----:com.apple.iTunes:";
  EXPECT_EQ(file.tag()->item("tmpo").toInt(), 128);
  for (const auto& [name, value] :
       {std::pair{"initialkey", "F#m"},
        std::pair{"replaygain_track_gain", "-8.30 dB"}})
    EXPECT_EQ(file.tag()->item(free_item + name).toStringList().toString(),
              TagLib::String{value});
}

} // namespace
} // namespace troupe::io
