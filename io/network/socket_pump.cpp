#include "io/network/socket_pump.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <system_error>
#include <utility>

namespace troupe::io {

socket_pump::socket_pump(int descriptor, std::string name)
  : descriptor_(descriptor), name_(std::move(name)) {
  fcntl(descriptor_, F_SETFL, fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
}

socket_pump::~socket_pump() {
  close(descriptor_);
}

result<void> socket_pump::send_some() {
  while (output_.size() > 0) {
    const auto part = output_.front();
    const auto put =
      ::send(descriptor_, part.data(), part.size(), MSG_NOSIGNAL);
    if (put < 0)
      return would_wait(errno)
               ? result<void>{}
               : error{errc::unreachable,
                       fmt::format("{}: {}", name_,
                                   std::generic_category().message(errno))};
    output_.drop(static_cast<std::size_t>(put));
  }
  return {};
}

result<void> socket_pump::receive_some(std::string& into) {
  // NOLINTNEXTLINE(cppcoreguidelines-init-variables): recv(2) fills it.
  std::array<char, 65'536> part;
  const auto got = ::recv(descriptor_, part.data(), part.size(), 0);
  if (got > 0)
    into.append(part.data(), static_cast<std::size_t>(got));
  if (got > 0 || (got < 0 && would_wait(errno)))
    return {};
  return error{errc::unreachable,
               got == 0 ? fmt::format("{} ended the connection", name_)
                        : fmt::format("{}: {}", name_,
                                      std::generic_category().message(errno))};
}

} // namespace troupe::io
