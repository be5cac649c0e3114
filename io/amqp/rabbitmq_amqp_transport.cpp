#include "io/amqp/rabbitmq_amqp_transport.hpp"

#include "io/amqp/rabbitmq_frame_codec.hpp"
#include "io/network/openssl_tls_engine.hpp"
#include "io/network/output_buffer.hpp"
#include "io/network/posix_name_lookup.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace troupe::io {

namespace {

/// Bytes that one `pump` takes in at most: 10 ms of CPU is the actor's bound.
constexpr std::size_t pump_bytes_max = 1U << 20U;

/// Unacknowledged bytes make the system give the connection up after this.
constexpr unsigned user_timeout_ms = 15'000;

std::string reason(int code) {
  return std::generic_category().message(code);
}

/// Never waits. A crash leaves nothing behind: the server closes its end.
class rabbitmq_amqp_transport final : public amqp_transport {
public:
  explicit rabbitmq_amqp_transport(const amqp::server_address& server)
    : server_(server), codec_(open_rabbitmq_frame_codec()),
      input_(64U << 10U, '\0') {}

  ~rabbitmq_amqp_transport() override {
    disconnect();
  }

  rabbitmq_amqp_transport(const rabbitmq_amqp_transport&) = delete;
  rabbitmq_amqp_transport& operator=(const rabbitmq_amqp_transport&) = delete;

  result<void> connect() override {
    disconnect();
    trouble_ = error{errc::none, {}};
    if (auto begun = begin(); !begun) {
      trouble_ = begun.failure();
      return begun;
    }
    return {};
  }

  void disconnect() noexcept override {
    if (socket_ >= 0)
      close(socket_);
    socket_ = -1;
    joined_ = false;
    has_more_ = false;
    lookup_.reset();
    tls_.reset();
    addresses_.clear();
    output_.clear();
  }

  [[nodiscard]] bool connected() const noexcept override {
    return joined_ && (!tls_ || tls_->established());
  }

  [[nodiscard]] int descriptor() const noexcept override {
    return lookup_ ? lookup_->descriptor() : socket_;
  }

  [[nodiscard]] bool wants_write() const noexcept override {
    return !lookup_ && socket_ >= 0 && (!joined_ || output_.size() > 0);
  }

  void limit_frames(std::uint32_t frame_bytes_max) override {
    codec_->limit_frames(frame_bytes_max);
  }

  result<void> send(std::uint16_t channel,
                    const amqp::client_order& order) override {
    if (!tls_)
      return codec_->encode(channel, order, output_.back());
    std::string plain;
    if (auto encoded = codec_->encode(channel, order, plain); !encoded)
      return encoded;
    auto sent = tls_->send(plain);
    tls_->take_wire(output_.back());
    return sent;
  }

  [[nodiscard]] std::size_t buffered() const noexcept override {
    return output_.size();
  }

  [[nodiscard]] bool has_more() const noexcept override {
    // What failed at once must be told without waiting for a descriptor.
    return has_more_ || trouble_.code != errc::none;
  }

  result<pump_report> pump(std::vector<amqp::server_frame>& received) override {
    pump_report report;
    auto moved = move(report, received);
    if (trouble_.code != errc::none)
      moved = std::exchange(trouble_, error{errc::none, {}});
    if (!moved) {
      disconnect();
      return moved.failure();
    }
    return report;
  }

  void flush() override {
    pump_report ignored;
    if (auto sent = joined_ ? write_some(ignored) : result<void>{};
        !sent && trouble_.code == errc::none)
      trouble_ = sent.failure();
  }

private:
  result<void> begin() {
    codec_->reset();
    if (server_.tls) {
      auto context = open_tls_client(
        {server_.ca_file, server_.certificate_file, server_.key_file});
      if (!context)
        return context.failure();
      auto engine =
        open_openssl_tls_client(std::move(context.value()), server_.host);
      if (!engine)
        return engine.failure();
      tls_ = std::move(engine.value());
    }
    auto lookup = open_posix_name_lookup(server_.host, server_.port);
    if (!lookup)
      return lookup.failure();
    lookup_ = std::move(lookup.value());
    return lookup_->done() ? take_addresses() : result<void>{};
  }

  result<void> take_addresses() {
    auto found = lookup_->addresses();
    lookup_.reset();
    if (!found)
      return found.failure();
    addresses_ = std::move(found.value());
    return try_next("no address");
  }

  /// Connects to the next address. @param why the last one did not do
  result<void> try_next(std::string why) {
    if (socket_ >= 0)
      close(std::exchange(socket_, -1));
    while (!addresses_.empty()) {
      const auto address = addresses_.front();
      addresses_.erase(addresses_.begin());
      socket_ = socket(address.bytes.ss_family,
                       SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (socket_ < 0)
        return error{errc::io_failure,
                     fmt::format("no socket: {}", reason(errno))};
      const int on = 1;
      setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      setsockopt(socket_, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout_ms,
                 sizeof user_timeout_ms);
      if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address.bytes),
                    address.length)
            == 0
          || would_wait(errno))
        return {};
      why = reason(errno);
      close(std::exchange(socket_, -1));
    }
    return error{errc::unreachable,
                 fmt::format("{}:{}: {}", server_.host, server_.port, why)};
  }

  result<void> move(pump_report& report,
                    std::vector<amqp::server_frame>& received) {
    if (lookup_) {
      if (!lookup_->done())
        return {};
      if (auto begun = take_addresses(); !begun)
        return begun;
    }
    if (socket_ < 0)
      return {};
    if (!joined_)
      if (auto joined = finish_connect(); !joined || !joined_)
        return joined;
    // What came is read even when writing fails: it may say why.
    auto sent = write_some(report);
    auto got = read_some(report, received);
    return got ? sent : got;
  }

  result<void> finish_connect() {
    int code = 0;
    socklen_t length = sizeof code;
    getsockopt(socket_, SOL_SOCKET, SO_ERROR, &code, &length);
    if (code != 0)
      return try_next(reason(code));
    sockaddr_storage peer{};
    socklen_t peer_length = sizeof peer;
    joined_ =
      getpeername(socket_, reinterpret_cast<sockaddr*>(&peer), &peer_length)
      == 0;
    if (joined_ && tls_)
      tls_->take_wire(output_.back());
    return {};
  }

  result<void> write_some(pump_report& report) {
    while (output_.size() > 0 && report.bytes_out < pump_bytes_max) {
      const auto part = output_.front().substr(0, pump_bytes_max);
      const auto put =
        ::send(socket_, part.data(), part.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (put < 0)
        return would_wait(errno)
                 ? result<void>{}
                 : error{errc::unreachable,
                         fmt::format("{}: {}", server_.host, reason(errno))};
      report.bytes_out += static_cast<std::size_t>(put);
      output_.drop(static_cast<std::size_t>(put));
    }
    return {};
  }

  result<void> read_some(pump_report& report,
                         std::vector<amqp::server_frame>& received) {
    has_more_ = false;
    for (;;) {
      const auto got =
        recv(socket_, input_.data(), input_.size(), MSG_DONTWAIT);
      if (got == 0)
        return error{errc::unreachable,
                     fmt::format("{}:{} ended the connection", server_.host,
                                 server_.port)};
      if (got < 0)
        return would_wait(errno)
                 ? result<void>{}
                 : error{errc::unreachable,
                         fmt::format("{}: {}", server_.host, reason(errno))};
      const auto bytes = static_cast<std::size_t>(got);
      report.bytes_in += bytes;
      if (auto taken = take({input_.data(), bytes}, received); !taken)
        return taken;
      if (bytes < input_.size())
        return {};
      if (report.bytes_in >= pump_bytes_max) {
        has_more_ = true;
        return {};
      }
    }
  }

  result<void> take(std::string_view wire,
                    std::vector<amqp::server_frame>& received) {
    if (!tls_)
      return codec_->decode(wire, received);
    std::string plain;
    auto understood = tls_->receive(wire, plain);
    tls_->take_wire(output_.back());
    auto decoded = codec_->decode(plain, received);
    return understood ? decoded : understood;
  }

  amqp::server_address server_;
  std::unique_ptr<frame_codec> codec_;
  std::unique_ptr<name_lookup> lookup_;
  std::unique_ptr<tls_engine> tls_;
  std::vector<socket_address> addresses_;
  int socket_ = -1;
  /// The socket is connected.
  bool joined_ = false;
  bool has_more_ = false;
  output_buffer output_;
  std::string input_;
  /// What failed outside `pump`, which tells it.
  error trouble_{errc::none, {}};
};

} // namespace

std::unique_ptr<amqp_transport>
open_rabbitmq_amqp_transport(const amqp::server_address& server) {
  return std::make_unique<rabbitmq_amqp_transport>(server);
}

} // namespace troupe::io
