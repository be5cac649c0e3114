#include "io/sndfile_audio_decoder.hpp"

#include "domain/audio/container_length.hpp"
#include "domain/library/media_sniff.hpp"
#include "domain/text/utf8.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sndfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace troupe::io {

namespace {

constexpr std::size_t block_frames = 65536;
/// More than the tag, length and size fields of any header need.
constexpr std::size_t header_bytes = 256;
constexpr int channels_max = 64;
constexpr int sample_rate_max_hz = 768000;

error system_error(const std::string& path, const char* verb, int number) {
  const auto code = number == ENOENT || number == ENOTDIR ? errc::not_found
                    : number == EACCES || number == EPERM
                      ? errc::permission_denied
                    : number == ENAMETOOLONG ? errc::invalid_argument
                                             : errc::io_failure;
  const auto* next_step =
    code == errc::not_found           ? "index its folder again"
    : code == errc::permission_denied ? "grant read access to it"
    : code == errc::invalid_argument  ? "use a shorter path"
                                      : "check the disk";
  return {code,
          fmt::format("{}: cannot {}: {}; {}", to_utf8(path), verb,
                      std::generic_category().message(number), next_step)};
}

// -- file ---------------------------------------------------------------------

/// An open file as libsndfile's virtual file; owns the descriptor. Going
/// through callbacks tells a failing disk from a damaged stream, and lets us
/// correct the length that MP3 durations are guessed from.
class source_file {
public:
  source_file(int descriptor, sf_count_t bytes)
    : descriptor_(descriptor), bytes_(bytes), reported_bytes_(bytes) {}

  source_file(const source_file&) = delete;
  source_file& operator=(const source_file&) = delete;

  ~source_file() {
    ::close(descriptor_);
  }

  [[nodiscard]] sf_count_t bytes() const noexcept {
    return bytes_;
  }

  void report(sf_count_t bytes) noexcept {
    reported_bytes_ = bytes;
  }

  /// The `errno` of the first failed read, or 0.
  [[nodiscard]] int failed_with() const noexcept {
    return failed_with_;
  }

  /// Up to `count` bytes from `offset`; fewer at the end or on failure.
  sf_count_t read_at(void* to, sf_count_t count, sf_count_t offset) {
    sf_count_t done = 0;
    while (done < count) {
      const auto got =
        ::pread(descriptor_, static_cast<char*>(to) + done,
                static_cast<std::size_t>(count - done), offset + done);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0 && failed_with_ == 0)
        failed_with_ = errno;
      if (got <= 0)
        break;
      done += got;
    }
    return done;
  }

  static SF_VIRTUAL_IO* callbacks() {
    static SF_VIRTUAL_IO table{
      [](void* self) { return of(self).reported_bytes_; },
      [](sf_count_t offset, int whence, void* self) {
        auto& file = of(self);
        const sf_count_t from = whence == SEEK_SET   ? 0
                                : whence == SEEK_CUR ? file.position_
                                                     : file.reported_bytes_;
        file.position_ = std::max<sf_count_t>(0, from + offset);
        file.at_end_ = whence == SEEK_END;
        return file.position_;
      },
      [](void* to, sf_count_t count, void* self) {
        auto& file = of(self);
        auto got = file.read_at(to, count, file.position_);
        // Whoever looks for a trailer in the length we made up finds zeros.
        if (got == 0 && file.at_end_ && file.reported_bytes_ > file.bytes_) {
          std::memset(to, 0, static_cast<std::size_t>(count));
          got = count;
        }
        file.position_ += got;
        return got;
      },
      [](const void*, sf_count_t, void*) { return sf_count_t{0}; },
      [](void* self) { return of(self).position_; },
    };
    return &table;
  }

private:
  static source_file& of(void* self) {
    return *static_cast<source_file*>(self);
  }

  int descriptor_;
  sf_count_t bytes_;
  sf_count_t reported_bytes_;
  sf_count_t position_ = 0;
  /// The last seek counted from the end.
  bool at_end_ = false;
  int failed_with_ = 0;
};

/// The file's bytes from `offset` on, at most `bytes`.
std::string read_head(source_file& file, std::size_t bytes,
                      sf_count_t offset = 0) {
  std::string head(bytes, '\0');
  const auto got =
    file.read_at(head.data(), static_cast<sf_count_t>(bytes), offset);
  head.resize(static_cast<std::size_t>(got));
  return head;
}

// -- names --------------------------------------------------------------------

std::string pcm_name(const SF_INFO& info) {
  const int endian = info.format & SF_FORMAT_ENDMASK;
  const int major = info.format & SF_FORMAT_TYPEMASK;
  const bool big = endian == SF_ENDIAN_BIG
                   || (endian == SF_ENDIAN_FILE
                       && (major == SF_FORMAT_AIFF || major == SF_FORMAT_AU
                           || major == SF_FORMAT_CAF));
  const std::string tail = big ? "be" : "le";
  switch (info.format & SF_FORMAT_SUBMASK) {
  case SF_FORMAT_PCM_S8:
    return "pcm_s8";
  case SF_FORMAT_PCM_U8:
    return "pcm_u8";
  case SF_FORMAT_PCM_16:
    return "pcm_s16" + tail;
  case SF_FORMAT_PCM_24:
    return "pcm_s24" + tail;
  case SF_FORMAT_PCM_32:
    return "pcm_s32" + tail;
  case SF_FORMAT_FLOAT:
    return "pcm_f32" + tail;
  case SF_FORMAT_DOUBLE:
    return "pcm_f64" + tail;
  default:
    return {};
  }
}

std::string codec_name(const SF_INFO& info) {
  if ((info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC)
    return "flac";
  switch (info.format & SF_FORMAT_SUBMASK) {
  case SF_FORMAT_VORBIS:
    return "vorbis";
  case SF_FORMAT_OPUS:
    return "opus";
  case SF_FORMAT_MPEG_LAYER_I:
    return "mp1";
  case SF_FORMAT_MPEG_LAYER_II:
    return "mp2";
  case SF_FORMAT_MPEG_LAYER_III:
    return "mp3";
  case SF_FORMAT_ULAW:
    return "pcm_mulaw";
  case SF_FORMAT_ALAW:
    return "pcm_alaw";
  case SF_FORMAT_IMA_ADPCM:
    return "adpcm_ima";
  case SF_FORMAT_MS_ADPCM:
    return "adpcm_ms";
  case SF_FORMAT_GSM610:
    return "gsm";
  case SF_FORMAT_ALAC_16:
  case SF_FORMAT_ALAC_20:
  case SF_FORMAT_ALAC_24:
  case SF_FORMAT_ALAC_32:
    return "alac";
  default: {
    auto name = pcm_name(info);
    return name.empty() ? "other" : name;
  }
  }
}

// -- decoder ------------------------------------------------------------------

struct stream_closer {
  void operator()(SNDFILE* stream) const noexcept {
    sf_close(stream);
  }
};

using stream_handle = std::unique_ptr<SNDFILE, stream_closer>;

/// Replaces NaN and infinities by 0; returns how many there were.
std::int64_t mend(std::span<float> samples) {
  constexpr std::uint32_t exponent = 0x7f800000U;
  std::uint32_t any = 0;
  for (const float x : samples)
    any |= static_cast<std::uint32_t>(
      (std::bit_cast<std::uint32_t>(x) & exponent) == exponent);
  if (any == 0)
    return 0;
  std::int64_t count = 0;
  for (float& x : samples)
    if (!std::isfinite(x)) {
      x = 0.0F;
      ++count;
    }
  return count;
}

/// One thread at a time. Reads only; a crash leaves nothing behind.
class sndfile_audio_decoder final : public audio_decoder {
public:
  /// @param must_be_whole fewer frames than claimed are damage, not an
  /// imprecise claim
  sndfile_audio_decoder(std::string shown_path,
                        std::unique_ptr<source_file> file, stream_handle stream,
                        audio::pcm_format format, bool must_be_whole)
    : shown_path_(std::move(shown_path)), file_(std::move(file)),
      stream_(std::move(stream)), format_(std::move(format)),
      must_be_whole_(must_be_whole),
      samples_(block_frames * static_cast<std::size_t>(format_.channels)) {}

  [[nodiscard]] const audio::pcm_format& format() const noexcept override {
    return format_;
  }

  result<audio::pcm_block> next() override {
    auto wanted = static_cast<sf_count_t>(block_frames);
    if (format_.frames > 0)
      wanted = std::min<sf_count_t>(wanted, format_.frames - frames_);
    const auto got =
      wanted > 0 ? sf_readf_float(stream_.get(), samples_.data(), wanted) : 0;
    if (file_->failed_with() != 0)
      return system_error(shown_path_, "read", file_->failed_with());
    frames_ += std::max<sf_count_t>(got, 0);
    if (got <= 0 && must_be_whole_ && frames_ < format_.frames)
      return error{errc::corrupt,
                   fmt::format("{}: truncated or damaged: only {:.1f} of "
                               "{:.1f} s can be decoded; fetch the file again",
                               shown_path_, seconds(frames_),
                               seconds(format_.frames))};
    if (got <= 0 && sf_error(stream_.get()) != SF_ERR_NO_ERROR)
      return error{errc::corrupt,
                   fmt::format("{}: the audio stream is damaged after {:.1f} "
                               "s: {}; fetch the file again",
                               shown_path_, seconds(frames_),
                               sf_strerror(stream_.get()))};
    const auto count = static_cast<std::size_t>(std::max<sf_count_t>(got, 0))
                       * static_cast<std::size_t>(format_.channels);
    const std::span<float> block{samples_.data(), count};
    invalid_samples_ += mend(block);
    return audio::pcm_block{block, format_.channels};
  }

  [[nodiscard]] std::int64_t invalid_samples() const noexcept override {
    return invalid_samples_;
  }

private:
  [[nodiscard]] double seconds(std::int64_t frames) const {
    return static_cast<double>(frames) / format_.sample_rate_hz;
  }

  std::string shown_path_;
  // Declared before the stream, which reads through it until it is closed.
  std::unique_ptr<source_file> file_;
  stream_handle stream_;
  audio::pcm_format format_;
  bool must_be_whole_;
  std::vector<float> samples_;
  std::int64_t frames_ = 0;
  std::int64_t invalid_samples_ = 0;
};

// -- opening ------------------------------------------------------------------

result<std::unique_ptr<source_file>> open_file(const std::string& path) {
  // Not blocking: opening a FIFO must not wait for a writer.
  const int descriptor =
    ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0)
    return system_error(path, "open", errno);

  struct stat found {};

  const int failed = ::fstat(descriptor, &found) == 0 ? 0 : errno;
  auto file = std::make_unique<source_file>(descriptor, found.st_size);
  if (failed != 0)
    return system_error(path, "examine", failed);
  if (!S_ISREG(found.st_mode))
    return error{
      errc::unsupported,
      fmt::format("{}: not a regular file; name a file or a folder of files",
                  to_utf8(path))};
  if (found.st_size == 0)
    return error{
      errc::corrupt,
      fmt::format("{}: the file is empty (0 bytes); fetch the file again",
                  to_utf8(path))};
  return file;
}

error unsupported_codec(const std::string& path, std::string_view codec) {
  return {errc::unsupported,
          fmt::format("{}: {} is not supported; convert it to FLAC, for "
                      "example with ffmpeg -i IN OUT.flac",
                      to_utf8(path), codec)};
}

/// Says no to what is plainly not audio, before a decoder searches it for
/// frames (and writes about that to stderr).
result<void> check_content(const std::string& path, source_file& file) {
  const auto head = read_head(file, sniff_head_bytes);
  if (file.failed_with() != 0)
    return system_error(path, "read", file.failed_with());
  const auto guess = guess_content(
    {reinterpret_cast<const std::uint8_t*>(head.data()), head.size()});
  switch (guess.kind) {
  case content_class::unknown:
  case content_class::playable_audio:
    return {};
  case content_class::foreign_audio:
  case content_class::foreign_media:
    return unsupported_codec(path, guess.name);
  case content_class::image:
  case content_class::other:
    break;
  }
  return error{errc::unsupported,
               fmt::format("{}: no audio stream: the file holds {}; leave it "
                           "out or give it its right extension",
                           to_utf8(path), guess.name)};
}

/// One thread opens at a time: libsndfile keeps the reason of a failed open in
/// one variable for all threads, and every open clears it. An open that hangs
/// must not stop the others: whoever has waited 2 s goes on without a turn, and
/// so do all after it; a reason may then be another thread's.
class turn_to_open {
public:
  turn_to_open()
    : mine_(!abandoned.load() && turns.try_lock_for(std::chrono::seconds{2})) {
    if (!mine_)
      abandoned = true;
  }

  ~turn_to_open() {
    if (mine_)
      turns.unlock();
  }

  turn_to_open(const turn_to_open&) = delete;
  turn_to_open& operator=(const turn_to_open&) = delete;

private:
  static inline std::timed_mutex turns;
  static inline std::atomic<bool> abandoned{false};
  bool mine_;
};

class sndfile_audio_decoder_source final : public audio_decoder_source {
public:
  [[nodiscard]] result<std::unique_ptr<audio_decoder>>
  open(const std::string& path) const override {
    auto opened = open_file(path);
    if (!opened)
      return opened.failure();
    auto file = std::move(*opened);
    if (const auto checked = check_content(path, *file); !checked)
      return checked.failure();
    const auto head = read_head(*file, header_bytes);
    const auto start = audio::id3_tag_bytes(head);
    const auto mp3 = audio::mp3_length_of(
      start == 0 ? head : read_head(*file, header_bytes, start), start,
      file->bytes());
    file->report(mp3.bytes);
    SF_INFO info{};
    stream_handle stream;
    {
      const turn_to_open turn;
      stream.reset(
        sf_open_virtual(source_file::callbacks(), SFM_READ, &info, file.get()));
      if (stream == nullptr)
        return open_error(path, *file);
    }
    if (info.channels < 1 || info.channels > channels_max || info.samplerate < 1
        || info.samplerate > sample_rate_max_hz)
      return error{errc::unsupported,
                   fmt::format("{}: {} channels at {} Hz are not supported; "
                               "convert it to at most {} at {} Hz",
                               to_utf8(path), info.channels, info.samplerate,
                               channels_max, sample_rate_max_hz)};
    audio::pcm_format format{info.samplerate, info.channels, info.frames,
                             codec_name(info)};
    // libsndfile's word for "unknown" is the largest count; a length guessed
    // for an MP3 is no claim either.
    if (info.frames < 0 || info.frames == std::numeric_limits<sf_count_t>::max()
        || (mp3.is_mp3 && !mp3.is_stated))
      format.frames = 0;
    if (const auto promised =
          audio::frames_promised_by_wav(head, file->bytes(), info.frames))
      format.frames = promised;
    // Encoders state an MP3's length; cutters may leave a stale statement, so
    // it binds only when the file also lacks bytes that it states.
    const bool must_be_whole =
      !mp3.is_mp3 || (mp3.is_stated && mp3.bytes > file->bytes() / 100 * 101);
    return std::unique_ptr<audio_decoder>{
      std::make_unique<sndfile_audio_decoder>(
        to_utf8(path), std::move(file), std::move(stream), std::move(format),
        must_be_whole)};
  }

  [[nodiscard]] std::string_view version() const noexcept override {
    return sf_version_string();
  }

private:
  static error open_error(const std::string& path, const source_file& file) {
    if (file.failed_with() != 0)
      return system_error(path, "read", file.failed_with());
    switch (sf_error(nullptr)) {
    case SF_ERR_UNRECOGNISED_FORMAT:
      return {errc::unsupported,
              fmt::format("{}: no audio stream: no known audio format "
                          "(WAV, FLAC, Ogg, Opus, MP3, AIFF, …); is it "
                          "another kind of file?",
                          to_utf8(path))};
    case SF_ERR_UNSUPPORTED_ENCODING:
      return unsupported_codec(path, "this encoding");
    default:
      return {
        errc::corrupt,
        fmt::format("{}: the audio header is damaged: {}; fetch the file again",
                    to_utf8(path), sf_strerror(nullptr))};
    }
  }
};

} // namespace

std::unique_ptr<audio_decoder_source> open_sndfile_audio_decoder() {
  return std::make_unique<sndfile_audio_decoder_source>();
}

} // namespace troupe::io
