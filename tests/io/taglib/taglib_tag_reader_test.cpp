#include "io/taglib/taglib_tag_reader.hpp"
#include "tests/io/audio_files.hpp"

#include <taglib/fileref.h>
#include <taglib/tag.h>

#include <thread>

namespace troupe::io {
namespace {

class taglib_tag_reader_test : public audio_files {
protected:
  static void write_tags(const std::string& path) {
    TagLib::FileRef file{path.c_str(), false};
    ASSERT_FALSE(file.isNull());
    file.tag()->setTitle(TagLib::String{"Zw\xC3\xB6lf", TagLib::String::UTF8});
    file.tag()->setArtist("Ensemble");
    file.tag()->setAlbum("Album");
    file.tag()->setGenre("Jazz");
    file.tag()->setYear(1999);
    file.tag()->setTrack(7);
    ASSERT_TRUE(file.save());
  }

  std::unique_ptr<tag_reader> reader_ = open_taglib_tag_reader();
};

const media_tags expected{"Zw\xC3\xB6lf", "Ensemble", "Album", "Jazz", 1999, 7};

TEST_F(taglib_tag_reader_test, reads_what_was_written_in_every_container) {
  const std::vector<std::pair<std::string, writing>> files{
    {"a.wav", {SF_FORMAT_WAV | SF_FORMAT_PCM_16}},
    {"a.flac", {SF_FORMAT_FLAC | SF_FORMAT_PCM_16}},
    {"a.ogg", {SF_FORMAT_OGG | SF_FORMAT_VORBIS}},
    {"a.opus", {SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000}},
    {"a.mp3", {SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III}},
  };
  for (const auto& [name, how] : files) {
    SCOPED_TRACE(name);
    const auto path = write_audio(name, tone(how.rate_hz, 0.5), how);
    write_tags(path);
    const auto tags = reader_->read(path);
    ASSERT_TRUE(tags);
    EXPECT_EQ(*tags, expected);
  }
}

TEST_F(taglib_tag_reader_test, knows_the_container_by_content_without_a_name) {
  const auto path = write_audio("a.flac", tone(44100, 0.2),
                                {SF_FORMAT_FLAC | SF_FORMAT_PCM_16});
  write_tags(path);
  const auto bare = path_of("caf\xE9");
  std::filesystem::rename(path, bare);
  const auto tags = reader_->read(bare);
  ASSERT_TRUE(tags);
  EXPECT_EQ(tags->title, expected.title);
}

TEST_F(taglib_tag_reader_test, gives_empty_tags_for_files_without) {
  for (const auto& path :
       {write_audio("a.wav", tone(44100, 0.1), {}),
        write_bytes("text.mp3", "no tags here"), write_bytes("zero.flac", ""),
        write_bytes("half.ogg", "OggS")}) {
    const auto tags = reader_->read(path);
    ASSERT_TRUE(tags) << path;
    EXPECT_EQ(*tags, media_tags{}) << path;
  }
}

TEST_F(taglib_tag_reader_test, names_a_file_that_is_gone) {
  const auto tags = reader_->read(path_of("gone.mp3"));
  ASSERT_FALSE(tags);
  EXPECT_EQ(tags.failure().code, errc::not_found);
  EXPECT_NE(tags.failure().detail.find("gone.mp3"), std::string::npos);
}

TEST_F(taglib_tag_reader_test, reads_from_several_threads_at_once) {
  const auto path = write_audio("a.flac", tone(44100, 0.2),
                                {SF_FORMAT_FLAC | SF_FORMAT_PCM_16});
  write_tags(path);
  std::vector<int> right(4, 0);
  {
    std::vector<std::jthread> threads;
    for (auto& count : right)
      threads.emplace_back([this, &path, &count] {
        for (int i = 0; i < 50; ++i) {
          const auto tags = reader_->read(path);
          count += tags && *tags == expected ? 1 : 0;
        }
      });
  }
  EXPECT_EQ(right, std::vector<int>(4, 50));
}

} // namespace
} // namespace troupe::io
