#include "io/posix_media_walk.hpp"

#include "domain/library/media_sniff.hpp"
#include "io/posix_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

namespace troupe::io {

namespace {

struct folder_closer {
  void operator()(DIR* folder) const noexcept {
    ::closedir(folder);
  }
};

// -- rules --------------------------------------------------------------------

bool matches(const std::vector<std::string>& globs, const std::string& name,
             const std::string& below_root) {
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
    const bool by_path = glob.find('/') != std::string::npos;
    const auto& subject = by_path ? below_root : name;
    return ::fnmatch(glob.c_str(), subject.c_str(), by_path ? FNM_PATHNAME : 0)
           == 0;
  });
}

bool excluded(const media_finder_options& options, const std::string& name,
              const std::string& below_root) {
  return name == ".git" || matches(options.exclude, name, below_root);
}

bool included(const media_finder_options& options, const std::string& name,
              const std::string& below_root) {
  return options.include.empty() || matches(options.include, name, below_root);
}

/// The part of `path` below the folder `root`, without a leading slash; empty
/// when `path` is not below it.
std::string below(const std::string& root, const std::string& path) {
  const auto prefix = root == "/" ? root : root + '/';
  return path.starts_with(prefix) ? path.substr(prefix.size()) : std::string{};
}

/// Would a walk from `root` come past the file or folder `path` by itself?
bool reaches(const media_finder_options& options, const std::string& root,
             const std::string& path) {
  const auto rest = below(root, path);
  if (rest.empty())
    return false;
  for (std::size_t from = 0; from < rest.size();) {
    const auto slash = std::min(rest.find('/', from), rest.size());
    if (excluded(options, rest.substr(from, slash - from),
                 rest.substr(0, slash)))
      return false;
    from = slash + 1;
  }
  return true;
}

bool covers(const media_finder_options& options, const root_place& outer,
            const root_place& inner) {
  const auto name = inner.path.substr(inner.path.rfind('/') + 1);
  return reaches(options, outer.path, inner.path)
         && (inner.is_folder
             || included(options, name, below(outer.path, inner.path)));
}

/// A root that another root's walk comes past would be reported twice.
std::vector<root_place> without_nested(const media_finder_options& options,
                                       const std::vector<root_place>& places) {
  std::vector<root_place> kept;
  for (std::size_t i = 0; i < places.size(); ++i) {
    bool covered = false;
    for (std::size_t k = 0; k < places.size() && !covered; ++k) {
      const bool same = k < i && places[k].path == places[i].path;
      covered =
        same || (places[k].is_folder && covers(options, places[k], places[i]));
    }
    if (!covered)
      kept.push_back(places[i]);
  }
  return kept;
}

// -- walk --------------------------------------------------------------------

/// A folder being walked: its sorted names and how far we are.
struct open_folder {
  std::string path;
  dev_t device = 0;
  ino_t inode = 0;
  std::vector<std::string> names;
  std::size_t next = 0;
};

/// Holds no descriptor between calls, so that a deep tree cannot use them up;
/// a crash leaves nothing behind. Blocks on the file system.
class posix_media_walk final : public media_walk {
public:
  posix_media_walk(media_finder_options options, std::vector<root_place> roots)
    : options_(std::move(options)), rules_{options_.text_extensions},
      roots_(std::move(roots)) {}

  walk_batch next(std::size_t files_max) override {
    walk_batch batch;
    // Folders without files must not make one call endless.
    const std::size_t steps_max = files_max + 4096;
    for (std::size_t step = 0; step < steps_max; ++step) {
      if (batch.files.size() >= files_max)
        return batch;
      if (!advance(batch)) {
        batch.finished = true;
        return batch;
      }
    }
    return batch;
  }

private:
  /// One entry or one root; false at the end.
  bool advance(walk_batch& batch) {
    while (!folders_.empty()
           && folders_.back().next == folders_.back().names.size())
      folders_.pop_back();
    if (folders_.empty())
      return begin_root(batch);
    auto& folder = folders_.back();
    const std::string name = std::move(folder.names[folder.next++]);
    visit(folder.path == "/" ? '/' + name : folder.path + '/' + name, name,
          batch);
    return true;
  }

  bool begin_root(walk_batch& batch) {
    if (next_root_ == roots_.size())
      return false;
    const auto& root = roots_[next_root_++];
    root_ = root.path;
    if (root.is_folder)
      enter(root.path, batch);
    else
      add_file_root(root.path, batch);
    return true;
  }

  static void add_file_root(const std::string& path, walk_batch& batch) {
    struct stat info {};

    if (::lstat(path.c_str(), &info) != 0)
      batch.problems.push_back({path, file_error(errno, "walk", path)});
    else
      batch.files.push_back({path, stamp_of(info)});
  }

  void visit(const std::string& path, const std::string& name,
             walk_batch& batch) {
    const auto rest = below(root_, path);
    if (excluded(options_, name, rest))
      return;
    if (path.size() > path_bytes_max) {
      batch.problems.push_back({path, file_error(ENAMETOOLONG, "walk", path)});
      return;
    }

    struct stat info {};

    if (::lstat(path.c_str(), &info) != 0) {
      // Gone since the folder was listed: as if it had never been there.
      if (errno != ENOENT)
        batch.problems.push_back({path, file_error(errno, "walk", path)});
      return;
    }
    if (S_ISDIR(info.st_mode))
      enter(path, batch);
    else if (S_ISREG(info.st_mode) && included(options_, name, rest))
      batch.files.push_back({path, stamp_of(info)});
    else if (S_ISLNK(info.st_mode) && included(options_, name, rest))
      follow(path, batch);
  }

  /// Lists a folder; a bind mount that leads back up is not entered again.
  void enter(const std::string& path, walk_batch& batch) {
    const int number = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW
                                              | O_CLOEXEC | O_NONBLOCK);
    std::unique_ptr<DIR, folder_closer> listing{
      number < 0 ? nullptr : ::fdopendir(number)};

    struct stat info {};

    if (!listing || ::fstat(number, &info) != 0) {
      const int code = errno;
      if (number >= 0 && !listing)
        ::close(number);
      batch.problems.push_back({path, file_error(code, "walk", path)});
      return;
    }
    for (const auto& outer : folders_)
      if (outer.device == info.st_dev && outer.inode == info.st_ino) {
        batch.problems.push_back({path, file_error(ELOOP, "walk", path)});
        return;
      }
    open_folder folder{path, info.st_dev, info.st_ino, {}, 0};
    errno = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): this stream is ours alone.
    while (const auto* entry = ::readdir(listing.get())) {
      const std::string_view name{static_cast<const char*>(entry->d_name)};
      if (name != "." && name != "..")
        folder.names.emplace_back(name);
      errno = 0;
    }
    if (errno != 0)
      batch.problems.push_back({path, file_error(errno, "walk", path)});
    std::sort(folder.names.begin(), folder.names.end());
    folders_.push_back(std::move(folder));
  }

  /// Reports the file behind a link, unless the walk meets it elsewhere.
  void follow(const std::string& path, walk_batch& batch) {
    struct stat info {};

    if (::stat(path.c_str(), &info) != 0) {
      report_broken_link(path, errno, batch);
      return;
    }
    if (!S_ISREG(info.st_mode))
      return;
    const auto real = real_path(path);
    if (!real) {
      batch.problems.push_back({path, real.failure()});
      return;
    }
    if (walked_anyway(real.value()))
      return;
    if (followed_.insert({info.st_dev, info.st_ino}).second)
      batch.files.push_back({real.value(), stamp_of(info)});
  }

  /// A link to nothing matters only when its name promises media.
  void report_broken_link(const std::string& path, int code,
                          walk_batch& batch) {
    if (code == ENOENT && !kind_by_name(path, rules_))
      return;
    if (code == ENOENT)
      batch.problems.push_back(
        {path, error{errc::not_found,
                     fmt::format("walk: {}: the symbolic link points to "
                                 "nothing; restore its target or remove it",
                                 path)}});
    else
      batch.problems.push_back({path, file_error(code, "walk", path)});
  }

  [[nodiscard]] bool walked_anyway(const std::string& real) const {
    const auto name = real.substr(real.rfind('/') + 1);
    return std::any_of(roots_.begin(), roots_.end(), [&](const auto& root) {
      return real == root.path
             || (root.is_folder && reaches(options_, root.path, real)
                 && included(options_, name, below(root.path, real)));
    });
  }

  media_finder_options options_;
  sniff_rules rules_;
  std::vector<root_place> roots_;
  std::size_t next_root_ = 0;
  std::string root_;
  /// From the root down to where we are.
  std::vector<open_folder> folders_;
  /// Files outside the walk that a link has led to.
  std::set<std::pair<dev_t, ino_t>> followed_;
};

} // namespace

std::unique_ptr<media_walk>
begin_posix_media_walk(media_finder_options options,
                       const std::vector<root_place>& roots) {
  auto places = without_nested(options, roots);
  return std::make_unique<posix_media_walk>(std::move(options),
                                            std::move(places));
}

} // namespace troupe::io
