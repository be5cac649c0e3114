#include "tools/sample/sound_file.hpp"

#include "tools/sample/ogg_serial.hpp"

#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace troupe::sample {

namespace {

// -- a file in memory ---------------------------------------------------------

/// What libsndfile reads and writes instead of a file.
struct memory_file {
  std::string bytes;
  std::size_t at = 0;
};

memory_file& as_file(void* user) {
  return *static_cast<memory_file*>(user);
}

sf_count_t length_of(void* user) {
  return static_cast<sf_count_t>(as_file(user).bytes.size());
}

sf_count_t seek_in(sf_count_t offset, int whence, void* user) {
  auto& file = as_file(user);
  const auto base = whence == SEEK_SET   ? sf_count_t{0}
                    : whence == SEEK_CUR ? static_cast<sf_count_t>(file.at)
                                         : length_of(user);
  file.at = static_cast<std::size_t>(std::max<sf_count_t>(0, base + offset));
  return static_cast<sf_count_t>(file.at);
}

sf_count_t read_from(void* to, sf_count_t wanted, void* user) {
  auto& file = as_file(user);
  const auto begin = std::min(file.at, file.bytes.size());
  const auto count =
    std::min(static_cast<std::size_t>(wanted), file.bytes.size() - begin);
  std::memcpy(to, file.bytes.data() + begin, count);
  file.at = begin + count;
  return static_cast<sf_count_t>(count);
}

sf_count_t write_to(const void* from, sf_count_t count, void* user) {
  auto& file = as_file(user);
  const auto bytes = static_cast<std::size_t>(count);
  file.bytes.resize(std::max(file.bytes.size(), file.at + bytes));
  std::memcpy(file.bytes.data() + file.at, from, bytes);
  file.at += bytes;
  return count;
}

sf_count_t tell(void* user) {
  return static_cast<sf_count_t>(as_file(user).at);
}

// -- libsndfile ---------------------------------------------------------------

struct sndfile_closer {
  void operator()(SNDFILE* file) const noexcept {
    sf_close(file);
  }
};

struct format_row {
  std::string_view extension;
  int sndfile;
};

/// In the order of enum sound_format.
constexpr std::array<format_row, 5> formats = {{
  {"wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
  {"flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
  {"ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS},
  {"mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III},
  {"opus", SF_FORMAT_OGG | SF_FORMAT_OPUS},
}};

const format_row& row_of(sound_format format) {
  return formats.at(static_cast<std::size_t>(format));
}

void write_tags(SNDFILE* file, const sound_tags& tags) {
  sf_set_string(file, SF_STR_TITLE, tags.title.c_str());
  sf_set_string(file, SF_STR_ARTIST, tags.artist.c_str());
  sf_set_string(file, SF_STR_ALBUM, tags.album.c_str());
}

} // namespace

// -- interface ----------------------------------------------------------------

std::string_view extension(sound_format format) noexcept {
  return row_of(format).extension;
}

result<std::string> encode_sound(const sound& what, sound_format format,
                                 const sound_tags& tags) {
  SF_VIRTUAL_IO calls{length_of, seek_in, read_from, write_to, tell};
  SF_INFO info{};
  info.samplerate = what.sample_rate_hz;
  info.channels = what.channels;
  info.format = row_of(format).sndfile;
  memory_file memory;
  std::unique_ptr<SNDFILE, sndfile_closer> file{
    sf_open_virtual(&calls, SFM_WRITE, &info, &memory)};
  if (!file)
    return error{errc::unsupported,
                 "encode: " + tags.title + ": " + sf_strerror(nullptr)};
  sf_command(file.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
  write_tags(file.get(), tags);
  const auto frames =
    static_cast<sf_count_t>(what.samples.size()) / what.channels;
  if (sf_writef_float(file.get(), what.samples.data(), frames) != frames)
    return error{errc::internal,
                 "encode: " + tags.title + ": " + sf_strerror(file.get())};
  file.reset();
  if (format == sound_format::ogg || format == sound_format::opus)
    fix_ogg_serial(memory.bytes, 1);
  return std::move(memory.bytes);
}

} // namespace troupe::sample
