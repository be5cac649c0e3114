#include "io/taglib/taglib_tag_writer.hpp"

#include "domain/text/utf8.hpp"
#include "io/posix_file.hpp"
#include "io/taglib/taglib_music_fields.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace troupe::io {

namespace {

/// Tags grow a file by less than this; reserved together with its bytes, so
/// that a full disk is met before anything depends on it.
constexpr off_t growth_bytes_max = 1 << 20;

/// A name may have 255 bytes; dot and suffix need 16.
constexpr std::size_t name_bytes_kept = 200;

error tag_error(int number, const std::string& path, std::string_view what) {
  const auto code = number == ENOENT || number == ENOTDIR ? errc::not_found
                    : number == EACCES || number == EPERM || number == EROFS
                      ? errc::permission_denied
                    : number == ENOSPC || number == EDQUOT || number == EFBIG
                      ? errc::no_space
                      : errc::io_failure;
  return {code,
          fmt::format("{}: {}: {}; the file was not changed", to_utf8(path),
                      what, std::generic_category().message(number))};
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size
         && a.st_mtim.tv_sec == b.st_mtim.tv_sec
         && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/') + 1);
}

/// Removes a file unless told to let it be.
class temporary_file {
public:
  explicit temporary_file(std::string path) : path_(std::move(path)) {}

  ~temporary_file() {
    if (!path_.empty())
      ::unlink(path_.c_str());
  }

  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;

  [[nodiscard]] const std::string& path() const noexcept {
    return path_;
  }

  void release() noexcept {
    path_.clear();
  }

private:
  std::string path_;
};

// -- copying ------------------------------------------------------------------

/// Plain reading and writing, for what copy_file_range(2) cannot do.
int copy_by_hand(int from, int to) {
  std::vector<char> buffer(1 << 18);
  for (;;) {
    const auto taken = ::read(from, buffer.data(), buffer.size());
    if (taken < 0 && errno == EINTR)
      continue;
    if (taken <= 0)
      return taken < 0 ? errno : 0;
    for (ssize_t put = 0; put < taken;) {
      const auto now =
        ::write(to, buffer.data() + put, static_cast<std::size_t>(taken - put));
      if (now < 0 && errno != EINTR)
        return errno;
      put += now > 0 ? now : 0;
    }
  }
}

/// Copies all bytes; 0 or the errno. Both descriptors stand at the beginning.
int copy_bytes(int from, int to, off_t bytes) {
  while (bytes > 0) {
    const auto copied = ::copy_file_range(from, nullptr, to, nullptr,
                                          static_cast<std::size_t>(bytes), 0);
    if (copied < 0 && errno == EINTR)
      continue;
    // Not every file system can; both positions are where they were.
    if (copied < 0 && errno != ENOSPC && errno != EIO)
      return copy_by_hand(from, to);
    if (copied < 0)
      return errno;
    if (copied == 0)
      return copy_by_hand(from, to);
    bytes -= copied;
  }
  return 0;
}

/// Access control lists and whatever else is attached. What the system keeps
/// for itself (security labels) it gives the copy by its own rules.
void copy_attributes(int from, int to) {
  std::array<char, 65'536> names{};
  const auto size = ::flistxattr(from, names.data(), names.size());
  std::vector<char> value(65'536);
  for (ssize_t at = 0; at < size;) {
    const char* name = names.data() + at;
    const auto bytes = ::fgetxattr(from, name, value.data(), value.size());
    if (bytes >= 0)
      ::fsetxattr(to, name, value.data(), static_cast<std::size_t>(bytes), 0);
    at += static_cast<ssize_t>(std::string_view{name}.size()) + 1;
  }
}

/// Owner, group, mode and attributes of the original; 0 or the errno.
int copy_ownership(int from, int to, const struct stat& original) {
  struct stat made {};

  if (::fstat(to, &made) != 0)
    return errno;
  if ((made.st_uid != original.st_uid || made.st_gid != original.st_gid)
      && ::fchown(to, original.st_uid, original.st_gid) != 0)
    return errno;
  copy_attributes(from, to);
  // After fchown(2), which clears set-id bits.
  return ::fchmod(to, original.st_mode & 07777U) != 0 ? errno : 0;
}

// -- the copy -----------------------------------------------------------------

/// Invariant: the temporary file exists until it took the file's place.
class taglib_tagged_copy final : public tagged_copy {
public:
  taglib_tagged_copy(std::string target, const struct stat& original,
                     std::unique_ptr<temporary_file> copy, bool differs)
    : target_(std::move(target)), original_(original), copy_(std::move(copy)),
      differs_(differs) {}

  [[nodiscard]] const std::string& path() const noexcept override {
    return copy_->path();
  }

  [[nodiscard]] bool differs() const noexcept override {
    return differs_;
  }

  result<void> commit() override {
    if (!differs_)
      return {};
    if (const int number = synced(copy_->path(), O_RDONLY); number != 0)
      return tag_error(number, target_, "cannot sync the tagged copy");

    struct stat now {};

    if (::stat(target_.c_str(), &now) != 0 || !same_file(now, original_))
      return error{errc::refused,
                   fmt::format("{}: the file changed meanwhile; nothing was "
                               "written; run the same command again",
                               to_utf8(target_))};
    if (::rename(copy_->path().c_str(), target_.c_str()) != 0)
      return tag_error(errno, target_, "cannot replace the file");
    copy_->release();
    // The name is in place; only its survival of a power cut is at stake.
    synced(folder_of(target_), O_RDONLY | O_DIRECTORY);
    return {};
  }

private:
  static int synced(const std::string& path, int flags) {
    const file_descriptor open{::open(path.c_str(), flags | O_CLOEXEC)};
    return open.number() < 0 || ::fsync(open.number()) != 0 ? errno : 0;
  }

  std::string target_;
  struct stat original_;
  std::unique_ptr<temporary_file> copy_;
  bool differs_;
};

// -- the writer ---------------------------------------------------------------

/// What is known of the file before it is copied.
struct original_file {
  /// Without symbolic links.
  std::string path;

  struct stat info {};
};

result<original_file> look_at(const std::string& path, hard_links links) {
  auto real = real_path(path);
  if (!real)
    return real.failure();
  original_file found;
  found.path = std::move(real.value());
  if (::stat(found.path.c_str(), &found.info) != 0)
    return tag_error(errno, path, "cannot be read");
  if (!S_ISREG(found.info.st_mode))
    return error{errc::unsupported,
                 fmt::format("{}: not a regular file", to_utf8(path))};
  // Replacing needs no permission on the file; its owner's wish counts.
  if (::access(found.path.c_str(), W_OK) != 0)
    return tag_error(errno, path, "not writable");
  if (found.info.st_nlink > 1 && links == hard_links::refuse)
    return error{
      errc::refused,
      fmt::format("{}: has {} names (hard links), and the others would keep "
                  "the old tags; to part this one from them: --split-links",
                  to_utf8(path), found.info.st_nlink)};
  return found;
}

/// A hidden file beside the original, so that no walk takes it for music.
result<std::unique_ptr<temporary_file>> make_beside(const std::string& path) {
  const auto folder = folder_of(path);
  auto name = folder + "."
              + path.substr(folder.size()).substr(0, name_bytes_kept)
              + ".troupe-XXXXXX";
  const file_descriptor made{::mkostemp(name.data(), O_CLOEXEC)};
  if (made.number() < 0)
    return tag_error(errno, path, "cannot make a copy beside it");
  return std::make_unique<temporary_file>(std::move(name));
}

/// Fills the copy and reserves room for the tags.
std::optional<error> fill(const original_file& from, const std::string& copy) {
  const file_descriptor in{::open(from.path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (in.number() < 0)
    return tag_error(errno, from.path, "cannot be read");
  const file_descriptor out{::open(copy.c_str(), O_WRONLY | O_CLOEXEC)};
  if (out.number() < 0)
    return tag_error(errno, from.path, "cannot write its copy");
  if (::fallocate(out.number(), FALLOC_FL_KEEP_SIZE, 0,
                  from.info.st_size + growth_bytes_max)
        != 0
      && errno == ENOSPC)
    return tag_error(ENOSPC, from.path, "no room for a copy beside it");
  if (const int number =
        copy_bytes(in.number(), out.number(), from.info.st_size);
      number != 0)
    return tag_error(number, from.path, "cannot write its copy");
  if (const int number = copy_ownership(in.number(), out.number(), from.info);
      number != 0)
    return tag_error(number, from.path,
                     "its owner or mode cannot be given to a copy");
  return std::nullopt;
}

/// Gives back what was reserved and not needed. Not on disk yet: commit syncs.
void trim(const std::string& copy) {
  struct stat info {};

  if (::stat(copy.c_str(), &info) == 0)
    static_cast<void>(::truncate(copy.c_str(), info.st_size) == 0);
}

/// No state. A crash leaves at worst a hidden copy beside the file; the file
/// is whole at any time, with the old tags or the new. Blocks on the disk.
class taglib_tag_writer final : public tag_writer {
public:
  [[nodiscard]] result<std::unique_ptr<tagged_copy>>
  copy_with_tags(const std::string& path, const music_tags& tags,
                 hard_links links) const override {
    auto original = look_at(path, links);
    if (!original)
      return original.failure();
    auto copy = make_beside(original->path);
    if (!copy)
      return copy.failure();
    const auto& name = copy.value()->path();
    if (auto failed = fill(*original, name))
      return *failed;
    auto changes = put_music_fields(name, tags);
    // Once more finds nothing to change if all of it reads back as written.
    auto again =
      changes && *changes > 0 ? put_music_fields(name, tags) : result<int>{0};
    if (!changes || !again)
      return about(path, changes ? again.failure() : changes.failure());
    if (*again != 0)
      return error{errc::corrupt,
                   fmt::format("{}: tags did not read back as they were "
                               "written; the file was not changed",
                               to_utf8(path))};
    trim(name);
    return std::unique_ptr<tagged_copy>{std::make_unique<taglib_tagged_copy>(
      original->path, original->info, std::move(copy.value()), *changes > 0)};
  }

private:
  static error about(const std::string& path, const error& why) {
    return {why.code, fmt::format("{}: {}; the file was not changed",
                                  to_utf8(path), why.detail)};
  }
};

} // namespace

std::unique_ptr<tag_writer> open_taglib_tag_writer() {
  return std::make_unique<taglib_tag_writer>();
}

} // namespace troupe::io
