#pragma once

#include "domain/ports/tls_stream.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace troupe::testing {

/// What both the test and a stream's owner see of one connection.
struct memory_line {
  /// Not a real one; for telling streams apart.
  int descriptor = 0;
  /// To be received.
  std::string incoming;
  /// What was sent.
  std::string outgoing;
  /// The other end has hung up, or the handshake failed.
  std::optional<error> ended;
  bool established = false;
  result<certificate_facts> facts = certificate_facts{};
  std::string address = "192.0.2.1";
  /// Bytes that may be unsent: the other end does not read.
  bool stuck = false;
  bool is_closed = false;
};

/// A connection in memory, held at the other end by the test.
class memory_tls_stream final : public tls_stream {
public:
  explicit memory_tls_stream(std::shared_ptr<memory_line> line)
    : line_(std::move(line)) {}

  ~memory_tls_stream() override {
    line_->is_closed = true;
  }

  memory_tls_stream(const memory_tls_stream&) = delete;
  memory_tls_stream& operator=(const memory_tls_stream&) = delete;

  [[nodiscard]] int descriptor() const noexcept override {
    return line_->descriptor;
  }

  [[nodiscard]] bool wants_write() const noexcept override {
    return unsent() > 0;
  }

  result<void> receive(std::string& into) override {
    into += std::exchange(line_->incoming, {});
    if (line_->ended && into.empty())
      return *line_->ended;
    return {};
  }

  result<void> flush() override {
    return {};
  }

  result<void> send(std::string_view bytes) override {
    line_->outgoing += bytes;
    return {};
  }

  [[nodiscard]] std::size_t unsent() const noexcept override {
    return line_->stuck ? line_->outgoing.size() : 0;
  }

  [[nodiscard]] bool established() const noexcept override {
    return line_->established;
  }

  [[nodiscard]] result<certificate_facts> peer() const override {
    return line_->facts;
  }

  [[nodiscard]] const std::string& address() const noexcept override {
    return line_->address;
  }

private:
  std::shared_ptr<memory_line> line_;
};

/// Those who wait to be let in, put there by the test.
struct memory_queue {
  std::deque<std::shared_ptr<memory_line>> waiting;
  /// The process has no descriptor left.
  bool exhausted = false;
};

class memory_tls_listener final : public tls_listener {
public:
  static constexpr int listening = 1;

  explicit memory_tls_listener(std::shared_ptr<memory_queue> queue)
    : queue_(std::move(queue)) {}

  [[nodiscard]] int descriptor() const noexcept override {
    return listening;
  }

  [[nodiscard]] std::uint16_t port() const noexcept override {
    return 7474;
  }

  result<std::unique_ptr<tls_stream>> accept() override {
    if (queue_->exhausted)
      return error{errc::overloaded, "no descriptor left"};
    if (queue_->waiting.empty())
      return std::unique_ptr<tls_stream>{};
    auto next = queue_->waiting.front();
    queue_->waiting.pop_front();
    return std::unique_ptr<tls_stream>{
      std::make_unique<memory_tls_stream>(std::move(next))};
  }

  [[nodiscard]] std::optional<error> take_trouble() override {
    return std::nullopt;
  }

private:
  std::shared_ptr<memory_queue> queue_;
};

} // namespace troupe::testing
