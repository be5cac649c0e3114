#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace troupe::testing {

/// Stands between a client and a server on loopback, and misbehaves like a
/// network: on a thread of its own, told what to do by atomics.
class byte_proxy {
public:
  /// What happens to bytes from now on.
  enum class mode : std::uint8_t {
    pass,
    /// What the server sends is thrown away.
    swallow_answers,
    /// Nothing moves, nothing is closed: a cable that was cut.
    stall,
  };

  explicit byte_proxy(int server_port);
  ~byte_proxy();

  byte_proxy(const byte_proxy&) = delete;
  byte_proxy& operator=(const byte_proxy&) = delete;

  /// Where clients connect.
  [[nodiscard]] int port() const noexcept {
    return port_;
  }

  void set(mode now) noexcept {
    mode_ = now;
  }

  /// Stalls once the server has sent so many more bytes to any client.
  void stall_after(std::int64_t answer_bytes) noexcept {
    until_stall_ = answer_bytes;
  }

  /// At most so many bytes per second from clients; 0 = no limit.
  void limit(std::int64_t bytes_per_s) noexcept {
    bytes_per_s_ = bytes_per_s;
  }

  /// Ends all connections by RST.
  void reset() noexcept {
    reset_ = true;
  }

private:
  struct pair {
    int client = -1;
    int server = -1;
  };

  void run();
  void accept_one();
  bool forward(int from, int to, bool answer);
  void drop(pair& x, bool hard) const;

  int server_port_;
  int listener_ = -1;
  int port_ = 0;
  std::vector<pair> pairs_;
  std::atomic<mode> mode_{mode::pass};
  std::atomic<std::int64_t> until_stall_{-1};
  std::atomic<std::int64_t> bytes_per_s_{0};
  std::atomic<bool> reset_{false};
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

} // namespace troupe::testing
