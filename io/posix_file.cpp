#include "io/posix_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>

namespace troupe::io {

namespace {

struct free_deleter {
  void operator()(char* text) const noexcept {
    // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): realpath(3) allocates it.
    std::free(text);
  }
};

} // namespace

file_descriptor::~file_descriptor() {
  if (number_ >= 0)
    ::close(number_);
}

error file_error(int code, std::string_view verb, std::string_view path) {
  const auto say = [&](errc kind, std::string_view why) {
    return error{kind, fmt::format("{}: {}: {}", verb, path, why)};
  };
  switch (code) {
  case ENOENT:
  case ENOTDIR:
    return say(errc::not_found, "it is not there; check the path, or index "
                                "again if it was moved");
  case EACCES:
  case EPERM:
    return say(errc::permission_denied,
               "permission denied; make it readable for this user");
  case ENAMETOOLONG:
    return say(errc::too_large,
               fmt::format("the path is longer than {} bytes; move it nearer "
                           "to the root",
                           path_bytes_max));
  case ELOOP:
    return say(errc::refused, "symbolic links lead in a circle; remove one");
  case EMFILE:
  case ENFILE:
    return say(errc::overloaded, "too many open files; raise ulimit -n");
  default:
    return say(errc::io_failure,
               std::generic_category().message(code) + "; check the device");
  }
}

file_stamp stamp_of(const struct stat& info) noexcept {
  constexpr std::int64_t ns_per_s = 1'000'000'000;
  return {info.st_size, info.st_mtim.tv_sec * ns_per_s + info.st_mtim.tv_nsec};
}

result<std::string> real_path(const std::string& path) {
  const std::unique_ptr<char, free_deleter> real{
    ::realpath(path.c_str(), nullptr)};
  if (!real)
    return file_error(errno, "find", path);
  return std::string{real.get()};
}

} // namespace troupe::io
