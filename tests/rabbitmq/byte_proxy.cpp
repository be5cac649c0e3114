#include "tests/rabbitmq/byte_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace troupe::testing {

namespace {

/// The beat of the proxy; a limit of speed is kept per beat.
constexpr int beat_ms = 20;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

} // namespace

byte_proxy::byte_proxy(int server_port) : server_port_(server_port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t length = sizeof address;
  bind(listener_, reinterpret_cast<const sockaddr*>(&address), length);
  listen(listener_, 16);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] {
    run();
  }};
}

byte_proxy::~byte_proxy() {
  ended_ = true;
  thread_.join();
  for (auto& each : pairs_)
    drop(each, false);
  close(listener_);
}

void byte_proxy::run() {
  while (!ended_) {
    if (reset_.exchange(false)) {
      for (auto& each : pairs_)
        drop(each, true);
      pairs_.clear();
    }
    std::vector<pollfd> all{{listener_, POLLIN, 0}};
    const bool moves = mode_ != mode::stall;
    for (const auto& each : pairs_) {
      all.push_back({moves ? each.client : -1, POLLIN, 0});
      all.push_back({moves ? each.server : -1, POLLIN, 0});
    }
    // A limited proxy moves once per beat.
    if (bytes_per_s_ > 0)
      poll(nullptr, 0, beat_ms);
    poll(all.data(), all.size(), beat_ms);
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      auto& each = pairs_[i];
      const bool asked = all[1 + 2 * i].revents != 0;
      const bool answered = all[2 + 2 * i].revents != 0;
      if ((asked && !forward(each.client, each.server, false))
          || (answered && !forward(each.server, each.client, true)))
        drop(each, false);
    }
    std::erase_if(pairs_, [](const pair& x) { return x.client < 0; });
    if (all[0].revents != 0)
      accept_one();
  }
}

void byte_proxy::accept_one() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(server_port_);
  pair fresh{client, server};
  if (connect(server, reinterpret_cast<const sockaddr*>(&address),
              sizeof address)
      == 0)
    pairs_.push_back(fresh);
  else
    drop(fresh, false);
}

bool byte_proxy::forward(int from, int to, bool answer) {
  std::array<char, 65'536> part{};
  auto room = static_cast<std::int64_t>(part.size());
  if (!answer && bytes_per_s_ > 0)
    room =
      std::min(room, std::max<std::int64_t>(1, bytes_per_s_ * beat_ms / 1'000));
  const auto left = until_stall_.load();
  if (answer && left >= 0)
    room = std::min(room, left);
  if (room == 0) {
    until_stall_ = -1;
    mode_ = mode::stall;
    return true;
  }
  const auto got = recv(from, part.data(), static_cast<std::size_t>(room), 0);
  if (got <= 0)
    return false;
  if (answer && left >= 0)
    until_stall_ = left - got;
  if (answer && mode_ == mode::swallow_answers)
    return true;
  return send(to, part.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL)
         == got;
}

void byte_proxy::drop(pair& x, bool hard) const {
  const linger now{1, 0};
  for (int* each : {&x.client, &x.server}) {
    if (hard)
      setsockopt(*each, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(*each);
    *each = -1;
  }
}

} // namespace troupe::testing
