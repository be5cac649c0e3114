#include "actors/basp_door_socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace troupe {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::string_view greeting_word = "troupe-door ";
constexpr std::size_t greeting_bytes_max = 64;
constexpr int backlog = 256;
constexpr mode_t private_folder = 0700;
constexpr mode_t open_to_others = 0077;

std::string words_of(int code) {
  return std::generic_category().message(code);
}

error failure_at(const std::string& path, int code) {
  if (code == EACCES || code == EPERM)
    return {errc::permission_denied,
            fmt::format("socket: {}: {}; set XDG_RUNTIME_DIR to a folder of "
                        "this user",
                        path, words_of(code))};
  return {errc::io_failure,
          fmt::format("socket: {}: {}", path, words_of(code))};
}

// -- addresses ----------------------------------------------------------------

/// A path may have 107 bytes: the kernel wants room for a zero behind it.
result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return error{errc::too_large,
                 fmt::format("socket: {}: the path has {} bytes, a socket's "
                             "may have {}; set XDG_RUNTIME_DIR to a shorter "
                             "folder",
                             path, path.size(), sizeof address.sun_path - 1)};
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

/// Connects at once or not at all: a full queue of a listener that hangs
/// would block for ever.
int connect_at(int descriptor, const sockaddr_un& address) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): connect(2)
  const auto* to = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(descriptor, to, sizeof address) == 0 ? 0 : errno;
}

door_socket new_socket() {
  return door_socket{
    ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

// -- listening ----------------------------------------------------------------

/// Only this user may enter the folder, so that only he can reach a socket in
/// it, whatever the socket's own mode.
result<void> make_private_folder(const std::string& path) {
  const auto folder = std::filesystem::path{path}.parent_path();
  std::error_code why;
  std::filesystem::create_directories(folder.parent_path(), why);
  if (::mkdir(folder.c_str(), private_folder) != 0 && errno != EEXIST)
    return failure_at(folder.string(), errno);

  struct stat info {};

  if (::lstat(folder.c_str(), &info) != 0)
    return failure_at(folder.string(), errno);
  if (!S_ISDIR(info.st_mode) || info.st_uid != ::geteuid())
    return error{errc::refused,
                 fmt::format("socket: {} is not a folder of this user; set "
                             "XDG_RUNTIME_DIR to one that is",
                             folder.string())};
  if ((info.st_mode & open_to_others) != 0)
    return error{errc::refused,
                 fmt::format("socket: {} is open to other users; close it "
                             "by: chmod 700 {}",
                             folder.string(), folder.string())};
  return {};
}

/// Removes a socket file that a process left when it died.
result<void> clear_stale(const std::string& path, const sockaddr_un& address) {
  struct stat info {};

  if (::lstat(path.c_str(), &info) != 0)
    return {};
  if (!S_ISSOCK(info.st_mode))
    return error{
      errc::refused,
      fmt::format("socket: {} exists and is no socket; remove it", path)};
  const auto probe = new_socket();
  const int why = connect_at(probe.descriptor(), address);
  if (why != ECONNREFUSED && why != ENOENT)
    return error{errc::locked,
                 fmt::format("socket: another process listens on {}; stop it "
                             "first",
                             path)};
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return failure_at(path, errno);
  return {};
}

// -- knocking -----------------------------------------------------------------

int left_ms(clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
    deadline - clock::now());
  return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

error nobody_at(const std::string& path, std::string_view why) {
  return {errc::unreachable,
          fmt::format("node: {} on {}; if it hangs, end it and start it again "
                      "by: troupe node",
                      why, path)};
}

/// The line up to its newline; nothing when none came in time.
std::optional<std::string> read_line(int descriptor,
                                     clock::time_point deadline) {
  std::string line;
  while (line.size() < greeting_bytes_max) {
    pollfd wait{descriptor, POLLIN, 0};
    const int ready = ::poll(&wait, 1, left_ms(deadline));
    if (ready < 0 && errno == EINTR)
      continue;
    if (ready <= 0)
      return std::nullopt;
    // Byte by byte: what follows the newline belongs to CAF.
    char byte = 0;
    const auto got = ::read(descriptor, &byte, 1);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
      continue;
    if (got <= 0)
      return std::nullopt;
    if (byte == '\n')
      return line;
    line += byte;
  }
  return line;
}

} // namespace

// -- the greeting -------------------------------------------------------------

std::string format_greeting(const door_greeting& greeting) {
  return fmt::format("{}{} {}\n", greeting_word, greeting.protocol,
                     greeting.pid);
}

result<door_greeting> parse_greeting(std::string_view line) {
  const error odd{errc::unsupported, "what listens there is no troupe node"};
  if (!line.starts_with(greeting_word))
    return odd;
  line.remove_prefix(greeting_word.size());
  door_greeting greeting;
  const auto* end = line.data() + line.size();
  const auto first = std::from_chars(line.data(), end, greeting.protocol);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ' ')
    return odd;
  const auto second = std::from_chars(first.ptr + 1, end, greeting.pid);
  if (second.ec != std::errc{} || second.ptr != end)
    return odd;
  return greeting;
}

// -- sockets ------------------------------------------------------------------

door_socket::door_socket(int descriptor) noexcept : descriptor_(descriptor) {}

door_socket::door_socket(door_socket&& other) noexcept
  : descriptor_(other.release()) {}

door_socket& door_socket::operator=(door_socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

door_socket::~door_socket() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

int door_socket::descriptor() const noexcept {
  return descriptor_;
}

int door_socket::release() noexcept {
  return std::exchange(descriptor_, -1);
}

result<door_socket> listen_at(const std::string& path) {
  const auto address = address_of(path);
  if (!address)
    return address.failure();
  if (auto made = make_private_folder(path); !made)
    return made.failure();
  if (auto cleared = clear_stale(path, *address); !cleared)
    return cleared.failure();
  auto socket = new_socket();
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bind(2)
  const auto* at = reinterpret_cast<const sockaddr*>(&*address);
  if (socket.descriptor() < 0
      || ::bind(socket.descriptor(), at, sizeof *address) != 0
      || ::listen(socket.descriptor(), backlog) != 0)
    return failure_at(path, errno);
  return socket;
}

bool is_same_user(int descriptor) noexcept {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0
         && peer.uid == ::geteuid();
}

bool greet(int descriptor, const door_greeting& greeting) noexcept {
  std::array<char, greeting_bytes_max> line{};
  const auto end =
    fmt::format_to_n(line.data(), line.size(), "{}{} {}\n", greeting_word,
                     greeting.protocol, greeting.pid);
  return ::send(descriptor, line.data(), end.size, MSG_NOSIGNAL | MSG_DONTWAIT)
         == static_cast<ssize_t>(end.size);
}

result<door_visit> hear_greeting(door_socket socket, const std::string& at,
                                 int protocol, clock::time_point deadline) {
  const auto line = read_line(socket.descriptor(), deadline);
  if (!line)
    return nobody_at(at, "nobody answers");
  const auto greeting = parse_greeting(*line);
  if (!greeting)
    return nobody_at(at, greeting.failure().detail);
  if (greeting->protocol != protocol)
    return error{
      errc::refused,
      fmt::format("node: it (pid {}) speaks version {} of the door's "
                  "protocol, this troupe version {}; start the node again "
                  "with the troupe that you use",
                  greeting->pid, greeting->protocol, protocol)};
  return door_visit{std::move(socket), *greeting};
}

result<door_visit> knock_at(const std::string& path, int protocol,
                            std::chrono::milliseconds longest) {
  const auto deadline = clock::now() + longest;
  const auto address = address_of(path);
  if (!address)
    return address.failure();
  auto socket = new_socket();
  if (socket.descriptor() < 0)
    return failure_at(path, errno);
  int why = connect_at(socket.descriptor(), *address);
  // The queue is full: the node is slow, or hangs. There is nothing to wait
  // on but time.
  while (why == EAGAIN && left_ms(deadline) > 0) {
    ::poll(nullptr, 0, 5);
    why = connect_at(socket.descriptor(), *address);
  }
  if (why == EAGAIN)
    return nobody_at(path, "nobody takes connections");
  if (why != 0)
    return nobody_at(path, "nobody listens (" + words_of(why) + ")");
  if (!is_same_user(socket.descriptor()))
    return error{errc::refused,
                 fmt::format("node: {} belongs to another user; run the "
                             "command as that user",
                             path)};
  return hear_greeting(std::move(socket), path, protocol, deadline);
}

} // namespace troupe
