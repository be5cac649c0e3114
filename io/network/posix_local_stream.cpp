#include "io/network/posix_local_stream.hpp"

#include "io/network/socket_pump.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <system_error>
#include <utility>

namespace troupe::io {

namespace {

class posix_local_stream final : public byte_stream {
public:
  posix_local_stream(int descriptor, std::string name)
    : pump_(descriptor, std::move(name)) {}

  [[nodiscard]] int descriptor() const noexcept override {
    return pump_.descriptor();
  }

  [[nodiscard]] bool wants_write() const noexcept override {
    return pump_.output().size() > 0;
  }

  result<void> receive(std::string& into) override {
    // What came is read even when sending fails: it may say why.
    auto sent = pump_.send_some();
    auto got = pump_.receive_some(into);
    return got ? sent : got;
  }

  result<void> flush() override {
    return pump_.send_some();
  }

  result<void> send(std::string_view bytes) override {
    pump_.output().back() += bytes;
    return pump_.send_some();
  }

  [[nodiscard]] std::size_t unsent() const noexcept override {
    return pump_.output().size();
  }

private:
  socket_pump pump_;
};

error failure(const std::string& path, int code) {
  return {
    errc::unreachable,
    fmt::format("socket: {}: {}", path, std::generic_category().message(code))};
}

} // namespace

result<std::unique_ptr<byte_stream>>
open_posix_local_stream(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return error{errc::too_large,
                 fmt::format("socket: {}: the path is too long", path)};
  std::memcpy(address.sun_path, path.data(), path.size());
  const int descriptor =
    ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0)
    return error{errc::overloaded, failure(path, errno).detail};
  auto stream = std::make_unique<posix_local_stream>(descriptor, path);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address),
                sizeof address)
      != 0)
    return failure(path, errno);
  return std::unique_ptr<byte_stream>{std::move(stream)};
}

result<local_pair> open_posix_local_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return error{errc::overloaded, failure("pair", errno).detail};
  return local_pair{
    std::make_unique<posix_local_stream>(ends[0], "this process"), ends[1]};
}

} // namespace troupe::io
