#include "tests/e2e/node/fake_node.hpp"

#include "actors/messages/values.hpp"
#include "io/posix_library_lock.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace troupe::testing {

namespace {

int bound_socket(const std::filesystem::path& path, int type) {
  std::filesystem::remove(path);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int descriptor = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address)
      != 0)
    throw std::runtime_error("bind " + path.string());
  return descriptor;
}

void say(int peer, const std::string& bytes) {
  // Whoever hangs up first has heard enough.
  static_cast<void>(send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0);
}

} // namespace

fake_node::fake_node(const std::filesystem::path& library,
                     const std::filesystem::path& socket, manner how)
  : socket_(socket), listener_(bound_socket(socket, SOCK_STREAM)),
    stop_(eventfd(0, EFD_CLOEXEC)) {
  auto lock = io::open_posix_library_lock()->acquire(
    library.string(), {getpid(), "node", socket.string()});
  if (!lock || listen(listener_, 16) != 0)
    throw std::runtime_error("cannot play a node");
  lock_ = std::move(lock.value());
  thread_ = std::thread{[this, how] {
    serve(how);
  }};
}

fake_node::~fake_node() {
  const std::uint64_t one = 1;
  static_cast<void>(write(stop_, &one, sizeof one) > 0);
  thread_.join();
  close(listener_);
  close(stop_);
}

void fake_node::serve(manner how) {
  std::vector<int> guests;
  for (;;) {
    std::array<pollfd, 2> both{{{listener_, POLLIN, 0}, {stop_, POLLIN, 0}}};
    if (poll(both.data(), both.size(), -1) <= 0 || both[1].revents != 0)
      break;
    const int guest = accept(listener_, nullptr, nullptr);
    if (how == manner::babbles)
      say(guest, std::string(300, '\x7f'));
    if (how == manner::other_version)
      say(guest, "troupe-door 999 1\n");
    if (how == manner::greets_and_hangs_up
        || how == manner::greets_and_falls_silent)
      say(guest, "troupe-door " + std::to_string(door_protocol) + " 1\n");
    if (how == manner::hangs_up || how == manner::greets_and_hangs_up)
      close(guest);
    else
      guests.push_back(guest);
  }
  for (const int guest : guests)
    close(guest);
}

fake_service_host::fake_service_host(const std::filesystem::path& socket)
  : socket_(bound_socket(socket, SOCK_DGRAM)) {}

fake_service_host::~fake_service_host() {
  close(socket_);
}

bool fake_service_host::hears(const std::string& line) const {
  for (;;) {
    pollfd wait{socket_, POLLIN, 0};
    if (poll(&wait, 1, 60'000) <= 0)
      return false;
    std::array<char, 4096> text{};
    const auto size = read(socket_, text.data(), text.size());
    if (size > 0
        && std::string{text.data(), static_cast<std::size_t>(size)}.find(line)
             != std::string::npos)
      return true;
  }
}

} // namespace troupe::testing
