#include "io/inotify_folder_watch.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace troupe::io {

namespace {

constexpr std::uint32_t watched_events =
  IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE
  | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW
  | IN_EXCL_UNLINK;

/// Bounds one `drain`, however fast events come; the rest stays readable.
constexpr int reads_per_drain_max = 64;

/// The single place where errno becomes ours.
error to_error(int code, const std::string& path) {
  const auto say = [&](errc kind, std::string_view why) {
    return error{kind, fmt::format("watch: {}: {}", path, why)};
  };
  switch (code) {
  case ENOSPC:
    return say(errc::overloaded,
               "the system's limit of watches is reached; raise it with "
               "sysctl fs.inotify.max_user_watches=1048576, or watch fewer "
               "folders");
  case EMFILE:
  case ENFILE:
    return say(errc::overloaded,
               "the system's limit of inotify instances or open files is "
               "reached; raise fs.inotify.max_user_instances or ulimit -n");
  case ENOENT:
  case ENOTDIR:
    return say(errc::not_found, "there is no such folder; check [node] "
                                "watch");
  case EACCES:
    return say(errc::permission_denied,
               "permission denied; make it readable for this user");
  default:
    return say(errc::io_failure, std::generic_category().message(code));
  }
}

struct folder_closer {
  void operator()(DIR* folder) const noexcept {
    ::closedir(folder);
  }
};

/// Is the entry a folder itself, not a link to one?
bool is_folder(const std::string& path, unsigned char type) {
  if (type != DT_UNKNOWN)
    return type == DT_DIR;

  struct stat info {};

  return ::lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

/// Nobody will close a link after writing: its making is the change.
bool is_complete_at_birth(const std::string& path) {
  struct stat info {};

  return ::lstat(path.c_str(), &info) == 0
         && (S_ISLNK(info.st_mode) || info.st_nlink > 1);
}

/// Never blocks but on listing new folders. Holds one descriptor and one
/// watch per folder; the kernel drops them with the process.
class inotify_folder_watch final : public folder_watch {
public:
  explicit inotify_folder_watch(int number) : number_(number) {}

  inotify_folder_watch(const inotify_folder_watch&) = delete;
  inotify_folder_watch& operator=(const inotify_folder_watch&) = delete;

  ~inotify_folder_watch() override {
    ::close(number_);
  }

  int descriptor() const noexcept override {
    return number_;
  }

  result<bool> drain() override {
    bool changed = false;
    alignas(inotify_event) std::array<char, 65536> buffer;
    for (int reads = 0; reads < reads_per_drain_max; ++reads) {
      const auto bytes = ::read(number_, buffer.data(), buffer.size());
      if (bytes < 0 && errno == EINTR)
        continue;
      if (bytes < 0 && errno != EAGAIN)
        return to_error(errno, "inotify");
      if (bytes <= 0)
        break;
      if (take({buffer.data(), static_cast<std::size_t>(bytes)}))
        changed = true;
    }
    if (failure_)
      return *std::exchange(failure_, std::nullopt);
    return changed;
  }

  /// Watches `root` itself, whose absence is an error, and what is below it.
  result<void> add_root(const std::string& root) {
    struct stat info {};

    if (::stat(root.c_str(), &info) != 0)
      return to_error(errno, root);
    if (!S_ISDIR(info.st_mode))
      return to_error(ENOTDIR, root);
    const int watch = ::inotify_add_watch(number_, root.c_str(),
                                          watched_events & ~IN_DONT_FOLLOW);
    if (watch < 0)
      return to_error(errno, root);
    paths_[watch] = root;
    return add_below(root);
  }

private:
  /// Adds a folder and all below it; one that vanished or that nobody may
  /// read is passed over, since the walk will name it.
  result<void> add(const std::string& path) {
    const int watch =
      ::inotify_add_watch(number_, path.c_str(), watched_events);
    if (watch < 0) {
      if (errno == ENOENT || errno == ENOTDIR || errno == EACCES
          || errno == ELOOP || errno == ENAMETOOLONG)
        return {};
      return to_error(errno, path);
    }
    paths_[watch] = path;
    return add_below(path);
  }

  result<void> add_below(const std::string& path) {
    std::vector<std::string> folders;
    {
      const std::unique_ptr<DIR, folder_closer> listing{
        ::opendir(path.c_str())};
      if (!listing)
        return {};
      // NOLINTNEXTLINE(concurrency-mt-unsafe): this stream is ours alone.
      while (const auto* entry = ::readdir(listing.get())) {
        const std::string name{static_cast<const char*>(entry->d_name)};
        auto below = fmt::format("{}/{}", path, name);
        if (name.front() != '.' && is_folder(below, entry->d_type))
          folders.push_back(std::move(below));
      }
    }
    for (const auto& folder : folders)
      if (auto added = add(folder); !added)
        return added;
    return {};
  }

  /// Takes in one read's events; true when one of them matters.
  bool take(std::string_view events) {
    bool matters = false;
    while (events.size() >= sizeof(inotify_event)) {
      inotify_event event{};
      std::memcpy(&event, events.data(), sizeof event);
      const std::string_view padded{events.data() + sizeof event, event.len};
      const auto name = padded.substr(0, padded.find('\0'));
      if (take_one(event.wd, event.mask, name))
        matters = true;
      events.remove_prefix(sizeof event + event.len);
    }
    return matters;
  }

  bool take_one(int watch, std::uint32_t mask, std::string_view name) {
    if ((mask & IN_Q_OVERFLOW) != 0)
      return rescan();
    if ((mask & IN_IGNORED) != 0) {
      paths_.erase(watch);
      return false;
    }
    if ((mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) != 0)
      return true;
    const auto folder = paths_.find(watch);
    if (folder == paths_.end() || name.starts_with('.'))
      return false;
    const auto path = folder->second + '/' + std::string{name};
    if ((mask & IN_ISDIR) != 0)
      return take_folder(mask, path);
    if ((mask & IN_CREATE) != 0)
      return is_complete_at_birth(path);
    return true;
  }

  bool take_folder(std::uint32_t mask, const std::string& path) {
    if ((mask & (IN_CREATE | IN_MOVED_TO)) != 0)
      keep(add(path));
    else if ((mask & IN_MOVED_FROM) != 0)
      drop(path);
    return (mask & (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)) != 0;
  }

  /// Events were lost: folders may be missing. Adding twice does no harm.
  bool rescan() {
    std::vector<std::string> known;
    known.reserve(paths_.size());
    for (const auto& [watch, path] : paths_)
      known.push_back(path);
    for (const auto& path : known)
      keep(add_below(path));
    return true;
  }

  /// Ends the watches of a folder that moved away, and of all below it.
  void drop(const std::string& path) {
    for (const auto& [watch, watched] : paths_)
      if (watched == path || watched.starts_with(path + '/'))
        ::inotify_rm_watch(number_, watch);
  }

  /// Keeps the first failure for the end of `drain`.
  void keep(const result<void>& outcome) {
    if (!outcome && !failure_)
      failure_ = outcome.failure();
  }

  int number_;
  /// Path of each watched folder, by watch.
  std::unordered_map<int, std::string> paths_;
  std::optional<error> failure_;
};

} // namespace

result<std::unique_ptr<folder_watch>>
open_inotify_folder_watch(const std::vector<std::string>& roots) {
  const int number = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (number < 0)
    return to_error(errno, "inotify");
  auto watch = std::make_unique<inotify_folder_watch>(number);
  for (const auto& root : roots)
    if (const auto added = watch->add_root(root); !added)
      return added.failure();
  return std::unique_ptr<folder_watch>{std::move(watch)};
}

} // namespace troupe::io
