#include "io/posix_library_lock.hpp"

#include "io/posix_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace troupe::io {

namespace {

/// Longest lock note that is read; ours are far shorter.
constexpr std::size_t note_bytes_max = 8192;

// -- errors -------------------------------------------------------------------

/// The single place where errno becomes ours.
error to_error(int code, const std::string& file) {
  const auto say = [&](errc kind, std::string_view why) {
    return error{kind, fmt::format("lock: {}: {}", file, why)};
  };
  switch (code) {
  case ENOENT:
  case ENOTDIR:
    return say(errc::not_found, "its folder does not exist; create it, or "
                                "name another with --library");
  case EROFS:
    return say(errc::permission_denied,
               "the file system is read-only; name another place with "
               "--library, or only ask (list, show, search)");
  case EACCES:
  case EPERM:
    return say(errc::permission_denied,
               "permission denied; make the folder writable for this user, "
               "or name another place with --library");
  case ENOSPC:
  case EDQUOT:
    return say(errc::no_space, "no space left; free some and try again");
  case ENAMETOOLONG:
    return say(errc::invalid_argument,
               "the name is too long; choose a shorter one with --library");
  case ELOOP:
    return say(errc::refused, "it is a symbolic link, or links lead in a "
                              "circle; remove the link");
  case ENOLCK:
  case EOPNOTSUPP:
  case ENOSYS:
  case EINVAL:
    return say(errc::unsupported,
               "this file system has no file locks; put the library on a "
               "local disk with --library");
  default:
    return say(errc::io_failure,
               std::generic_category().message(code) + "; check the device");
  }
}

error held_by(const std::string& library, const holder_note& note) {
  const auto* advice =
    note.socket.empty()
      ? "wait for it to end"
      : "leave out --no-node to have it do the work, or stop it";
  return {errc::locked, fmt::format("the library {} is held by {}; {}", library,
                                    describe_holder(note), advice)};
}

// -- paths --------------------------------------------------------------------

/// The real path of a file that may not exist yet, so that every name for one
/// library leads to one lock.
result<std::string> real_library(const std::string& library) {
  namespace fs = std::filesystem;
  constexpr int links_max = 40;
  fs::path path{library};
  for (int link = 0; link < links_max; ++link) {
    std::error_code failure;
    const auto whole = fs::canonical(path, failure);
    if (!failure)
      return whole.string();
    if (failure != std::errc::no_such_file_or_directory)
      return to_error(failure.value(), library);
    const auto folder = path.has_parent_path() ? path.parent_path() : ".";
    const auto real_folder = fs::canonical(folder, failure);
    if (failure)
      return to_error(failure.value(), library);
    path = real_folder / path.filename();
    const auto target = fs::read_symlink(path, failure);
    if (failure)
      return path.string();
    path = real_folder / target;
  }
  return to_error(ELOOP, library);
}

// -- locks --------------------------------------------------------------------

/// A request for the whole file.
struct flock whole_file(short type) {
  struct flock request {};

  request.l_type = type;
  request.l_whence = SEEK_SET;
  return request;
}

/// Is the file locked through another open description?
result<bool> locked_elsewhere(int number, const std::string& file) {
  auto request = whole_file(F_WRLCK);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): fcntl(2)
  if (::fcntl(number, F_OFD_GETLK, &request) != 0)
    return to_error(errno, file);
  return request.l_type != F_UNLCK;
}

holder_note read_note(int number) {
  std::array<char, note_bytes_max> text{};
  const auto bytes = ::pread(number, text.data(), text.size(), 0);
  if (bytes <= 0)
    return {};
  return parse_lock_note({text.data(), static_cast<std::size_t>(bytes)});
}

result<void> write_note(int number, const holder_note& note,
                        const std::string& file) {
  const auto text = format_lock_note(note);
  if (::ftruncate(number, 0) != 0)
    return to_error(errno, file);
  const auto bytes = ::pwrite(number, text.data(), text.size(), 0);
  if (bytes < 0)
    return to_error(errno, file);
  if (static_cast<std::size_t>(bytes) != text.size())
    return to_error(ENOSPC, file);
  return {};
}

/// Thread affinity: one thread at a time. Nothing here is durable and nothing
/// needs to be: the kernel forgets the lock with the process, at any line.
class posix_library_lock final : public library_lock {
public:
  posix_library_lock(std::unique_ptr<file_descriptor> handle, std::string file,
                     std::string library)
    : handle_(std::move(handle)), file_(std::move(file)),
      library_(std::move(library)) {}

  posix_library_lock(const posix_library_lock&) = delete;
  posix_library_lock& operator=(const posix_library_lock&) = delete;

  ~posix_library_lock() override {
    // An empty file claims no holder; a failure leaves an old note, which
    // nobody believes without the lock.
    static_cast<void>(::ftruncate(handle_->number(), 0) == 0);
  }

  [[nodiscard]] const std::string& library() const noexcept override {
    return library_;
  }

  result<void> announce(const holder_note& note) override {
    return write_note(handle_->number(), note, file_);
  }

private:
  std::unique_ptr<file_descriptor> handle_;
  std::string file_;
  std::string library_;
};

/// Stateless, hence thread-safe. Never blocks on a lock.
class posix_library_locker final : public library_locker {
public:
  result<std::unique_ptr<library_lock>>
  acquire(const std::string& library, const holder_note& note) const override {
    auto real = real_library(library);
    if (!real)
      return real.failure();
    const auto file = real.value() + ".lock";
    // Somebody may remove or replace the file while we lock it.
    constexpr int attempts_max = 16;
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
      auto handle = lock_file(file, real.value());
      if (!handle)
        return handle.failure();
      if (!still_named(handle.value()->number(), file))
        continue;
      auto lock = std::make_unique<posix_library_lock>(
        std::move(handle).value(), file, real.value());
      if (const auto said = lock->announce(note); !said)
        return said.failure();
      return std::unique_ptr<library_lock>{std::move(lock)};
    }
    return error{errc::io_failure,
                 fmt::format("lock: {}: something keeps removing it; find out "
                             "what",
                             file)};
  }

  result<std::optional<holder_note>>
  holder(const std::string& library) const override {
    const auto real = real_library(library);
    if (!real)
      return nobody_or(real.failure());
    const auto file = real.value() + ".lock";
    const file_descriptor handle{
      ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    if (handle.number() < 0)
      return nobody_or(to_error(errno, file));
    const auto locked = locked_elsewhere(handle.number(), file);
    if (!locked)
      return locked.failure();
    if (!locked.value())
      return std::optional<holder_note>{};
    return std::optional<holder_note>{read_note(handle.number())};
  }

private:
  /// What does not exist is held by nobody.
  static result<std::optional<holder_note>> nobody_or(error failure) {
    if (failure.code == errc::not_found)
      return std::optional<holder_note>{};
    return failure;
  }

  /// Opens and locks; refuses file systems whose locks mean nothing.
  static result<std::unique_ptr<file_descriptor>>
  lock_file(const std::string& file, const std::string& library) {
    constexpr mode_t readable_by_all = 0644;
    auto handle = std::make_unique<file_descriptor>(
      ::open(file.c_str(),
             O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
             readable_by_all));
    if (handle->number() < 0)
      return to_error(errno, file);

    struct statfs system {};

    if (::fstatfs(handle->number(), &system) != 0)
      return to_error(errno, file);
    const auto network =
      network_file_system(static_cast<std::uint64_t>(system.f_type));
    if (!network.empty())
      return error{errc::unsupported,
                   fmt::format("lock: {}: {} is a network file system, where "
                               "two machines could write at once; put the "
                               "library on a local disk with --library",
                               file, network)};
    auto request = whole_file(F_WRLCK);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): fcntl(2)
    if (::fcntl(handle->number(), F_OFD_SETLK, &request) != 0) {
      if (errno == EAGAIN || errno == EACCES)
        return held_by(library, read_note(handle->number()));
      return to_error(errno, file);
    }
    if (const auto real = proves_itself(file); !real)
      return real.failure();
    return handle;
  }

  /// Some file systems accept every lock and keep none: a second description
  /// must see ours.
  static result<void> proves_itself(const std::string& file) {
    const file_descriptor second{
      ::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    // Removed meanwhile: the caller will notice that too, and begin again.
    if (second.number() < 0)
      return errno == ENOENT ? result<void>{} : to_error(errno, file);

    struct stat info {};

    if (::fstat(second.number(), &info) == 0 && info.st_nlink == 0)
      return {};
    const auto seen = locked_elsewhere(second.number(), file);
    if (!seen)
      return seen.failure();
    return seen.value() ? result<void>{} : to_error(ENOLCK, file);
  }

  /// Does `file` still name what we locked?
  static bool still_named(int number, const std::string& file) {
    struct stat locked {};

    struct stat named {};

    return ::fstat(number, &locked) == 0 && ::lstat(file.c_str(), &named) == 0
           && locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
  }
};

} // namespace

std::unique_ptr<library_locker> open_posix_library_lock() {
  return std::make_unique<posix_library_locker>();
}

std::string_view network_file_system(std::uint64_t magic) noexcept {
  struct known_system {
    std::uint64_t magic;
    std::string_view name;
  };

  // statfs(2) and linux/magic.h. The kernel's f_type is 32 bits wide, and
  // sign-extended by some C libraries.
  constexpr std::array<known_system, 11> known{{
    {0x00006969, "NFS"},
    {0x0000517B, "SMB"},
    {0xFF534D42, "CIFS"},
    {0xFE534D42, "SMB"},
    {0x0000564C, "NCP"},
    {0x5346414F, "AFS"},
    {0x6B414653, "AFS"},
    {0x73757245, "Coda"},
    {0x00C36400, "Ceph"},
    {0x0BD00BD0, "Lustre"},
    {0x19830326, "BeeGFS"},
  }};
  constexpr std::uint64_t width_mask = 0xFFFFFFFF;
  for (const auto& system : known)
    if (system.magic == (magic & width_mask))
      return system.name;
  return {};
}

} // namespace troupe::io
