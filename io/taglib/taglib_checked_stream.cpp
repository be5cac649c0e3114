#include "io/taglib/taglib_checked_stream.hpp"

#include "io/posix_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <taglib/tiostream.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace troupe::io {

namespace {

using TagLib::ByteVector;

/// Bytes that move at once when a tag grows or shrinks.
constexpr off_t piece_bytes = 1 << 18;

/// Invariant: after a failure nothing is written any more, so that the error
/// kept is the first and no later write hides it.
class posix_stream final : public TagLib::IOStream,
                           public taglib_checked_stream {
public:
  explicit posix_stream(const std::string& path)
    : path_(path), file_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {
    if (file_.number() < 0)
      failure_ = errno;
  }

  // -- taglib_checked_stream --------------------------------------------------

  [[nodiscard]] TagLib::IOStream& stream() noexcept override {
    return *this;
  }

  [[nodiscard]] int failure() const noexcept override {
    return failure_;
  }

  // -- TagLib::IOStream -------------------------------------------------------

  [[nodiscard]] TagLib::FileName name() const override {
    return path_.c_str();
  }

  ByteVector readBlock(unsigned long length) override {
    // TagLib asks for what damaged headers claim.
    const auto left = std::max(0L, this->length() - position_);
    const auto wanted = std::min(length, static_cast<unsigned long>(left));
    ByteVector bytes(static_cast<unsigned>(wanted));
    const auto taken = read_at(bytes.data(), wanted, position_);
    bytes.resize(static_cast<unsigned>(taken));
    position_ += static_cast<long>(taken);
    return bytes;
  }

  void writeBlock(const ByteVector& data) override {
    write_at(data.data(), data.size(), position_);
    position_ += static_cast<long>(data.size());
  }

  void insert(const ByteVector& data, unsigned long start,
              unsigned long replace) override {
    const auto from = static_cast<off_t>(start + replace);
    const auto to = static_cast<off_t>(start + data.size());
    move_tail(std::min<off_t>(from, length()), to);
    write_at(data.data(), data.size(), static_cast<off_t>(start));
    position_ = to;
  }

  void removeBlock(unsigned long start, unsigned long length) override {
    const auto from =
      std::min<off_t>(static_cast<off_t>(start + length), this->length());
    move_tail(from, static_cast<off_t>(start));
  }

  [[nodiscard]] bool readOnly() const override {
    return false;
  }

  [[nodiscard]] bool isOpen() const override {
    return file_.number() >= 0;
  }

  void seek(long offset, Position from) override {
    const long base = from == Beginning ? 0
                      : from == Current ? position_
                                        : length();
    position_ = std::max(0L, base + offset);
  }

  void clear() override {}

  [[nodiscard]] long tell() const override {
    return position_;
  }

  long length() override {
    struct stat info {};

    if (::fstat(file_.number(), &info) != 0)
      note();
    return info.st_size;
  }

  void truncate(long length) override {
    if (failure_ == 0 && ::ftruncate(file_.number(), length) != 0)
      note();
  }

private:
  void note() {
    if (failure_ == 0)
      failure_ = errno;
  }

  std::size_t read_at(char* to, std::size_t bytes, off_t at) {
    std::size_t taken = 0;
    while (taken < bytes) {
      const auto now = ::pread(file_.number(), to + taken, bytes - taken,
                               at + static_cast<off_t>(taken));
      if (now < 0 && errno == EINTR)
        continue;
      if (now < 0)
        note();
      if (now <= 0)
        break;
      taken += static_cast<std::size_t>(now);
    }
    return taken;
  }

  void write_at(const char* from, std::size_t bytes, off_t at) {
    for (std::size_t put = 0; put < bytes && failure_ == 0;) {
      const auto now = ::pwrite(file_.number(), from + put, bytes - put,
                                at + static_cast<off_t>(put));
      if (now < 0 && errno != EINTR)
        note();
      put += now > 0 ? static_cast<std::size_t>(now) : 0;
    }
  }

  /// Moves all bytes from `from` on to `to`; the file grows or shrinks.
  void move_tail(off_t from, off_t to) {
    const off_t bytes = length() - from;
    std::vector<char> piece(
      static_cast<std::size_t>(std::min(bytes, piece_bytes)));
    for (off_t moved = 0; moved < bytes && failure_ == 0;) {
      const auto now = std::min(piece_bytes, bytes - moved);
      // Upwards from the end, downwards from the beginning: never over bytes
      // that are still to be moved.
      const off_t at = to > from ? bytes - moved - now : moved;
      const auto size = static_cast<std::size_t>(now);
      if (read_at(piece.data(), size, from + at) != size && failure_ == 0)
        failure_ = EIO;
      write_at(piece.data(), size, to + at);
      moved += now;
    }
    if (to < from)
      truncate(to + bytes);
  }

  std::string path_;
  file_descriptor file_;
  long position_ = 0;
  int failure_ = 0;
};

} // namespace

std::unique_ptr<taglib_checked_stream>
open_taglib_checked_stream(const std::string& path) {
  return std::make_unique<posix_stream>(path);
}

} // namespace troupe::io
