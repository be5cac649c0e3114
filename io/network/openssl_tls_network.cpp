#include "io/network/openssl_tls_network.hpp"

#include "io/network/openssl_tls_engine.hpp"
#include "io/network/posix_name_lookup.hpp"
#include "io/network/socket_pump.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <system_error>
#include <tuple>
#include <utility>

namespace troupe::io {

namespace {

using steady = std::chrono::steady_clock;

/// Unacknowledged bytes make the system give a connection up after this.
constexpr unsigned user_timeout_ms = 30'000;
/// A silent peer is asked after this, and then this often.
constexpr int keep_alive_s = 20;
constexpr int backlog = 512;

std::string reason(int code) {
  return std::generic_category().message(code);
}

void set_options(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &keep_alive_s,
             sizeof keep_alive_s);
  setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &keep_alive_s,
             sizeof keep_alive_s);
  setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout_ms,
             sizeof user_timeout_ms);
}

std::string host_of(const sockaddr_storage& address, socklen_t length) {
  std::array<char, NI_MAXHOST> host{};
  getnameinfo(reinterpret_cast<const sockaddr*>(&address), length, host.data(),
              host.size(), nullptr, 0, NI_NUMERICHOST);
  return host.data();
}

// -- a connection -------------------------------------------------------------

class socket_tls_stream final : public tls_stream {
public:
  socket_tls_stream(int descriptor, std::string address,
                    std::unique_ptr<tls_engine> engine)
    : pump_(descriptor, std::move(address)), engine_(std::move(engine)) {
    set_options(descriptor);
    engine_->take_wire(pump_.output().back());
  }

  /// Whoever still reads learns that nothing was cut off.
  ~socket_tls_stream() override {
    engine_->end();
    engine_->take_wire(pump_.output().back());
    static_cast<void>(pump_.send_some());
  }

  socket_tls_stream(const socket_tls_stream&) = delete;
  socket_tls_stream& operator=(const socket_tls_stream&) = delete;

  [[nodiscard]] int descriptor() const noexcept override {
    return pump_.descriptor();
  }

  [[nodiscard]] bool wants_write() const noexcept override {
    return pump_.output().size() > 0;
  }

  result<void> receive(std::string& into) override {
    auto sent = pump_.send_some();
    std::string wire;
    auto got = pump_.receive_some(wire);
    auto understood = engine_->receive(wire, into);
    engine_->take_wire(pump_.output().back());
    auto answered = pump_.send_some();
    // The other end's own words come first, then that it is gone.
    if (!understood)
      return understood;
    if (!got)
      return got;
    return sent ? answered : sent;
  }

  result<void> flush() override {
    return pump_.send_some();
  }

  result<void> send(std::string_view bytes) override {
    if (auto taken = engine_->send(bytes); !taken)
      return taken;
    engine_->take_wire(pump_.output().back());
    return pump_.send_some();
  }

  [[nodiscard]] std::size_t unsent() const noexcept override {
    return pump_.output().size();
  }

  [[nodiscard]] bool established() const noexcept override {
    return engine_->established();
  }

  [[nodiscard]] result<certificate_facts> peer() const override {
    return engine_->peer();
  }

  [[nodiscard]] const std::string& address() const noexcept override {
    return pump_.name();
  }

private:
  socket_pump pump_;
  std::unique_ptr<tls_engine> engine_;
};

// -- the listener -------------------------------------------------------------

/// What tells one version of a file from another.
using file_version = std::tuple<ino_t, off_t, time_t, long>;

file_version version_of(const std::string& file) {
  struct stat info {};

  if (::stat(file.c_str(), &info) != 0)
    return {};
  return {info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
}

class openssl_tls_listener final : public tls_listener {
public:
  openssl_tls_listener(std::string certificate,
                       std::function<std::int64_t()> now_s)
    : certificate_(std::move(certificate)), now_s_(std::move(now_s)) {}

  ~openssl_tls_listener() override {
    if (descriptor_ >= 0)
      close(descriptor_);
  }

  openssl_tls_listener(const openssl_tls_listener&) = delete;
  openssl_tls_listener& operator=(const openssl_tls_listener&) = delete;

  result<void> load() {
    version_ = version_of(certificate_);
    auto context = open_tls_peer(certificate_, now_s_());
    if (!context)
      return context.failure();
    if ((*context)->shows().role != basp::peer_role::node)
      return error{errc::not_authorised,
                   fmt::format("certificate: {}: it is a {}'s, not a node's; "
                               "make one by: troupe certs renew",
                               certificate_,
                               basp::to_string((*context)->shows().role))};
    context_ = std::move(context.value());
    return {};
  }

  result<void> listen_on(const host_port& at) {
    addrinfo wanted{};
    wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const auto port = std::to_string(at.port);
    const int code =
      getaddrinfo(at.host.c_str(), port.c_str(), &wanted, &found);
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner{
      found, freeaddrinfo};
    if (code != 0)
      return cannot_listen(at, gai_strerror(code));
    descriptor_ =
      ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (descriptor_ < 0
        || ::bind(descriptor_, found->ai_addr, found->ai_addrlen) != 0
        || ::listen(descriptor_, backlog) != 0)
      return cannot_listen(at, reason(errno));
    return {};
  }

  [[nodiscard]] int descriptor() const noexcept override {
    return descriptor_;
  }

  [[nodiscard]] std::uint16_t port() const noexcept override {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &length);
    const auto port =
      address.ss_family == AF_INET6
        ? reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port
        : reinterpret_cast<const sockaddr_in*>(&address)->sin_port;
    return ntohs(port);
  }

  result<std::unique_ptr<tls_stream>> accept() override {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    const int descriptor =
      ::accept4(descriptor_, reinterpret_cast<sockaddr*>(&address), &length,
                SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
      const bool full = errno == EMFILE || errno == ENFILE || errno == ENOBUFS
                        || errno == ENOMEM;
      if (full)
        return error{
          errc::overloaded,
          fmt::format("no connection can be taken: {}", reason(errno))};
      // Whoever hung up before being let in is nobody.
      return std::unique_ptr<tls_stream>{};
    }
    renew();
    auto host = host_of(address, length);
    auto engine = open_openssl_tls_server(context_, host);
    if (!engine) {
      close(descriptor);
      return engine.failure();
    }
    return std::unique_ptr<tls_stream>{std::make_unique<socket_tls_stream>(
      descriptor, std::move(host), std::move(engine.value()))};
  }

  [[nodiscard]] std::optional<error> take_trouble() override {
    return std::exchange(trouble_, std::nullopt);
  }

private:
  static error cannot_listen(const host_port& at, std::string_view why) {
    return {errc::unreachable,
            fmt::format("gate: cannot listen on {}:{}: {}; choose another "
                        "address by --listen HOST:PORT",
                        at.host, at.port, why)};
  }

  /// A bad file leaves the certificate in use, and is looked at once.
  void renew() {
    if (version_of(certificate_) == version_)
      return;
    if (auto loaded = load(); !loaded)
      trouble_ = loaded.failure();
  }

  std::string certificate_;
  std::function<std::int64_t()> now_s_;
  std::shared_ptr<const tls_context> context_;
  file_version version_;
  std::optional<error> trouble_;
  int descriptor_ = -1;
};

// -- the other end ------------------------------------------------------------

int left_ms(steady::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
    deadline - steady::now());
  return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

/// Waits for one descriptor. False when the time is over first.
bool wait_for(int descriptor, short events, steady::time_point deadline) {
  pollfd waited{descriptor, events, 0};
  int ready = 0;
  do
    ready = ::poll(&waited, 1, left_ms(deadline));
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

error nobody(const host_port& to, std::string_view why) {
  return {errc::unreachable,
          fmt::format("node: {}:{}: {}", to.host, to.port, why)};
}

/// A connected socket, or why there is none.
result<int> connect_to(const host_port& to, steady::time_point deadline) {
  auto lookup = open_posix_name_lookup(to.host, to.port);
  if (!lookup)
    return lookup.failure();
  if (!lookup.value()->done()
      && !wait_for(lookup.value()->descriptor(), POLLIN, deadline))
    return nobody(to, "its name is not resolved in time");
  const auto addresses = lookup.value()->addresses();
  if (!addresses)
    return addresses.failure();
  std::string why = "it has no address";
  for (const auto& address : *addresses) {
    const int descriptor = ::socket(
      address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
      return nobody(to, reason(errno));
    int code =
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address.bytes),
                address.length)
          == 0
        ? 0
        : errno;
    if (code == EINPROGRESS) {
      code = ETIMEDOUT;
      socklen_t size = sizeof code;
      if (wait_for(descriptor, POLLOUT, deadline))
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size);
    }
    if (code == 0)
      return descriptor;
    why = reason(code);
    close(descriptor);
  }
  return nobody(to, why);
}

} // namespace

result<host_port> parse_host_port(const std::string& text) {
  const auto colon = text.rfind(':');
  host_port found;
  const error wrong{
    errc::invalid_argument,
    fmt::format("{}: not HOST:PORT with a port from 0 to 65535", text)};
  if (colon == std::string::npos || colon == 0)
    return wrong;
  found.host = text.substr(0, colon);
  if (found.host.size() > 2 && found.host.front() == '['
      && found.host.back() == ']')
    found.host = found.host.substr(1, found.host.size() - 2);
  const auto* end = text.data() + text.size();
  const auto read =
    std::from_chars(text.data() + colon + 1, end, found.port, 10);
  if (read.ec != std::errc{} || read.ptr != end)
    return wrong;
  return found;
}

result<std::unique_ptr<tls_listener>>
open_openssl_tls_listener(const host_port& at, const std::string& certificate,
                          std::function<std::int64_t()> now_s) {
  auto made =
    std::make_unique<openssl_tls_listener>(certificate, std::move(now_s));
  if (auto loaded = made->load(); !loaded)
    return loaded.failure();
  if (auto listens = made->listen_on(at); !listens)
    return listens.failure();
  return std::unique_ptr<tls_listener>{std::move(made)};
}

result<std::unique_ptr<tls_stream>>
connect_openssl_tls(const host_port& to, const std::string& certificate,
                    std::int64_t now_s, std::chrono::milliseconds longest) {
  const auto deadline = steady::now() + longest;
  auto context = open_tls_peer(certificate, now_s);
  if (!context)
    return context.failure();
  const auto descriptor = connect_to(to, deadline);
  if (!descriptor)
    return descriptor.failure();
  const auto name = fmt::format("{}:{}", to.host, to.port);
  auto engine = open_openssl_tls_client(std::move(context.value()), name);
  if (!engine) {
    close(*descriptor);
    return engine.failure();
  }
  auto stream = std::make_unique<socket_tls_stream>(*descriptor, name,
                                                    std::move(engine.value()));
  std::string early;
  while (!stream->established()) {
    const short events = stream->wants_write() ? POLLIN | POLLOUT : POLLIN;
    if (!wait_for(*descriptor, events, deadline))
      return nobody(to, "it takes the connection, and does not answer");
    if (auto moved = stream->receive(early); !moved)
      return error{moved.failure().code, "node: " + moved.failure().detail};
  }
  const auto peer = stream->peer();
  if (!peer)
    return peer.failure();
  if (peer->role != basp::peer_role::node)
    return error{errc::not_authorised,
                 fmt::format("node: {} shows the certificate of a {}, not of "
                             "a node; do not trust it",
                             name, basp::to_string(peer->role))};
  return std::unique_ptr<tls_stream>{std::move(stream)};
}

} // namespace troupe::io
