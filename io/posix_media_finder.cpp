#include "io/posix_media_finder.hpp"

#include "domain/library/media_sniff.hpp"
#include "io/posix_file.hpp"
#include "io/posix_media_walk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace troupe::io {

namespace {

constexpr std::size_t block_bytes = std::size_t{256} * 1024;

/// Fills `buffer` from the descriptor as far as the file goes.
result<std::size_t> read_block(int number, std::span<std::uint8_t> buffer,
                               const std::string& path) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const auto got =
      ::read(number, buffer.data() + filled, buffer.size() - filled);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return file_error(errno, "read", path);
    if (got == 0)
      break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

error changed_while_read(const std::string& path) {
  return {errc::refused,
          fmt::format("read: {}: changed while it was read; index it again "
                      "when it is complete",
                      path)};
}

/// Thread-safe: holds only its options. Blocks on the file system; reads every
/// media file once and writes nothing, so a crash leaves nothing behind.
class posix_media_finder final : public media_finder {
public:
  posix_media_finder(media_finder_options options,
                     std::shared_ptr<const content_hasher> hasher)
    : options_(std::move(options)), rules_{options_.text_extensions},
      hasher_(std::move(hasher)) {}

  result<std::unique_ptr<media_walk>>
  walk(const std::vector<std::string>& roots) const override {
    std::vector<root_place> places;
    for (const auto& root : roots) {
      auto place = open_root(root);
      if (!place)
        return place.failure();
      places.push_back(std::move(place).value());
    }
    return begin_posix_media_walk(options_, places);
  }

  result<std::optional<found_file>>
  examine(const walked_file& file) const override {
    // A device or pipe may have taken the name: opening one can have effects.
    struct stat info {};

    if (::lstat(file.path.c_str(), &info) != 0)
      return file_error(errno, "read", file.path);
    if (!S_ISREG(info.st_mode))
      return std::optional<found_file>{};
    const file_descriptor handle{
      ::open(file.path.c_str(),
             O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
    if (handle.number() < 0)
      return file_error(errno, "read", file.path);
    return examine_open(handle.number(), file.path);
  }

  result<std::vector<std::uint8_t>>
  read(const std::string& path) const override {
    const file_descriptor handle{
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};

    struct stat info {};

    if (handle.number() < 0 || ::fstat(handle.number(), &info) != 0)
      return file_error(errno, "read", path);
    if (!S_ISREG(info.st_mode))
      return error{errc::invalid_argument,
                   fmt::format("read: {} is no file", path)};
    if (auto fits = check_size(path, info.st_size); !fits)
      return fits.failure();
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(info.st_size));
    const auto got = read_block(handle.number(), bytes, path);
    if (!got)
      return got.failure();
    if (*got != bytes.size())
      return changed_while_read(path);
    return bytes;
  }

  result<file_stamp> stamp(const std::string& path) const override {
    struct stat info {};

    if (::stat(path.c_str(), &info) != 0)
      return file_error(errno, "find", path);
    return stamp_of(info);
  }

  result<std::string> resolve(const std::string& path) const override {
    return real_path(path);
  }

private:
  static result<root_place> open_root(const std::string& root) {
    auto real = real_path(root);
    if (!real)
      return real.failure();

    struct stat info {};

    if (::stat(real.value().c_str(), &info) != 0)
      return file_error(errno, "find", root);
    if (S_ISDIR(info.st_mode)) {
      const file_descriptor folder{
        ::open(real.value().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
      if (folder.number() < 0)
        return file_error(errno, "find", root);
      return root_place{std::move(real).value(), true};
    }
    if (!S_ISREG(info.st_mode))
      return error{errc::unsupported,
                   fmt::format("find: {}: neither a file nor a folder; name "
                               "one of these",
                               root)};
    return root_place{std::move(real).value(), false};
  }

  [[nodiscard]] result<void> check_size(const std::string& path,
                                        std::int64_t bytes) const {
    if (options_.file_bytes_max > 0 && bytes > options_.file_bytes_max)
      return error{errc::too_large,
                   fmt::format("read: {}: {} bytes are over the limit of {}; "
                               "raise [library] file_bytes_max to take it",
                               path, bytes, options_.file_bytes_max)};
    return {};
  }

  [[nodiscard]] result<std::optional<found_file>>
  examine_open(int number, const std::string& path) const {
    struct stat before {};

    if (::fstat(number, &before) != 0)
      return file_error(errno, "read", path);
    std::vector<std::uint8_t> buffer(block_bytes);
    auto filled =
      read_block(number, std::span{buffer}.first(sniff_head_bytes), path);
    if (!filled)
      return filled.failure();
    const auto head = std::span<const std::uint8_t>{buffer}.first(*filled);
    const auto kind = sniff(head, path, rules_);
    if (!kind)
      return std::optional<found_file>{};
    if (auto fits = check_size(path, before.st_size); !fits)
      return fits.failure();
    auto hash = hash_rest(number, path, before, buffer, *filled);
    if (!hash)
      return hash.failure();
    return std::optional<found_file>{
      found_file{path, stamp_of(before), *kind, hash.value()}};
  }

  /// Hashes `filled` bytes in `buffer` and all that follow in the file.
  [[nodiscard]] result<content_hash>
  hash_rest(int number, const std::string& path, const struct stat& before,
            std::vector<std::uint8_t>& buffer, std::size_t filled) const {
    static_cast<void>(::posix_fadvise(number, 0, 0, POSIX_FADV_SEQUENTIAL));
    auto digest = hasher_->begin();
    if (!digest)
      return digest.failure();
    std::int64_t total = 0;
    while (filled > 0) {
      total += static_cast<std::int64_t>(filled);
      if (total > before.st_size)
        return changed_while_read(path);
      const auto added = digest.value()->add(
        std::span<const std::uint8_t>{buffer}.first(filled));
      if (!added)
        return added.failure();
      const auto got = read_block(number, buffer, path);
      if (!got)
        return got.failure();
      filled = got.value();
    }

    struct stat after {};

    if (::fstat(number, &after) != 0)
      return file_error(errno, "read", path);
    if (total != before.st_size || stamp_of(after) != stamp_of(before))
      return changed_while_read(path);
    return digest.value()->finish();
  }

  media_finder_options options_;
  sniff_rules rules_;
  std::shared_ptr<const content_hasher> hasher_;
};

} // namespace

result<std::unique_ptr<media_finder>>
open_posix_media_finder(media_finder_options options,
                        std::shared_ptr<const content_hasher> hasher) {
  if (!hasher)
    return error{errc::invalid_argument, "find: no content hasher was given"};
  return std::unique_ptr<media_finder>{std::make_unique<posix_media_finder>(
    std::move(options), std::move(hasher))};
}

} // namespace troupe::io
