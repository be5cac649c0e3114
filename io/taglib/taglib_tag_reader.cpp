#include "io/taglib/taglib_tag_reader.hpp"

#include "domain/text/utf8.hpp"

#include <fmt/core.h>
#include <sys/stat.h>
#include <taglib/fileref.h>
#include <taglib/tag.h>
#include <taglib/tdebuglistener.h>
#include <taglib/tfilestream.h>

#include <cerrno>
#include <exception>
#include <system_error>

namespace troupe::io {

namespace {

/// TagLib writes its findings about damaged tags to stderr unless told where.
class silent_listener final : public TagLib::DebugListener {
public:
  void printMessage(const TagLib::String& /*message*/) override {}
};

/// Before the first read: TagLib keeps one listener for the process.
void silence_taglib() {
  static silent_listener listener;
  static const bool once = [] {
    TagLib::setDebugListener(&listener);
    return true;
  }();
  static_cast<void>(once);
}

std::string text_of(const TagLib::String& text) {
  return to_utf8(text.stripWhiteSpace().to8Bit(true));
}

/// TagLib reads numbers as unsigned; a tag may hold any nonsense.
int number_of(unsigned value) {
  constexpr unsigned most = 99999;
  return value <= most ? static_cast<int>(value) : 0;
}

error to_error(const std::string& path, int number) {
  const auto code = number == ENOENT || number == ENOTDIR ? errc::not_found
                    : number == EACCES || number == EPERM
                      ? errc::permission_denied
                      : errc::io_failure;
  return {code, fmt::format("{}: cannot read tags: {}", to_utf8(path),
                            std::generic_category().message(number))};
}

media_tags read_tags(const std::string& path) {
  media_tags out;
  TagLib::FileStream stream{path.c_str(), true};
  if (!stream.isOpen())
    return out;
  // Not the audio properties: they cost a scan of the file.
  const TagLib::FileRef file{&stream, false};
  if (file.isNull() || file.tag() == nullptr)
    return out;
  const TagLib::Tag& tag = *file.tag();
  out.title = text_of(tag.title());
  out.artist = text_of(tag.artist());
  out.album = text_of(tag.album());
  out.genre = text_of(tag.genre());
  out.year = number_of(tag.year());
  out.track = number_of(tag.track());
  return out;
}

/// No state, no lock: each call has its own stream. A crash leaves nothing
/// behind, for files are opened for reading only.
class taglib_tag_reader final : public tag_reader {
public:
  [[nodiscard]] result<media_tags>
  read(const std::string& path) const override {
    struct stat found {};

    if (::stat(path.c_str(), &found) != 0)
      return to_error(path, errno);
    if (!S_ISREG(found.st_mode))
      return error{errc::unsupported,
                   fmt::format("{}: not a regular file", to_utf8(path))};
    try {
      return read_tags(path);
    } catch (const std::exception& problem) {
      return error{errc::corrupt, fmt::format("{}: cannot read tags: {}",
                                              to_utf8(path), problem.what())};
    }
  }
};

} // namespace

std::unique_ptr<tag_reader> open_taglib_tag_reader() {
  silence_taglib();
  return std::make_unique<taglib_tag_reader>();
}

} // namespace troupe::io
