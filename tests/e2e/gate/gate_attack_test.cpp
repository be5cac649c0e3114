// What strangers and traitors send to a GATE: the node lives, refuses, puts it
// on record, and serves a good client all the while.

#include "io/network/openssl_tls_network.hpp"
#include "io/system_wall_clock.hpp"
#include "tests/domain/basp/frames.hpp"
#include "tests/e2e/gate/gate_scene.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace troupe::testing {
namespace {

using namespace std::chrono_literals;
using namespace basp;
using namespace basp::fakes;
using steady = std::chrono::steady_clock;

bool is_campaign() {
  const auto* campaign = std::getenv("TROUPE_CAMPAIGN");
  return campaign != nullptr && std::string{campaign} == "full";
}

/// A TCP connection from 127.0.0.`host`, closed with the object.
class stranger {
public:
  stranger(int host, int port)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const auto from = address(0x7F000000U + static_cast<unsigned>(host), 0);
    const auto to = address(INADDR_LOOPBACK, port);
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &on,
                 sizeof on);
    connected_ =
      ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&from), sizeof from)
        == 0
      && ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to),
                   sizeof to)
           == 0;
  }

  stranger(stranger&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      connected_(other.connected_) {}

  stranger(const stranger&) = delete;
  stranger& operator=(const stranger&) = delete;

  ~stranger() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
  }

  [[nodiscard]] bool connected() const noexcept {
    return connected_;
  }

  void say(std::string_view bytes) const {
    static_cast<void>(
      ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }

  /// The other end hangs up within the time.
  [[nodiscard]] bool is_dropped(std::chrono::milliseconds longest) const {
    const auto deadline = steady::now() + longest;
    while (steady::now() < deadline) {
      pollfd one{descriptor_, POLLIN, 0};
      if (::poll(&one, 1, 100) <= 0)
        continue;
      std::array<char, 4'096> bytes{};
      const auto got = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
      if (got == 0 || (got < 0 && errno != EAGAIN))
        return true;
    }
    return false;
  }

private:
  static sockaddr_in address(unsigned host, int port) {
    sockaddr_in made{};
    made.sin_family = AF_INET;
    made.sin_addr.s_addr = htonl(host);
    made.sin_port = htons(static_cast<std::uint16_t>(port));
    return made;
  }

  int descriptor_;
  bool connected_ = false;
};

class gate_attack_test : public gate_scene {
protected:
  /// Somebody with a valid certificate, past the greeting or a notice.
  std::unique_ptr<tls_stream> enter_as(const std::string& role) {
    const auto now_s = io::open_system_wall_clock()->now_us() / 1'000'000;
    auto stream =
      io::connect_openssl_tls({"127.0.0.1", static_cast<std::uint16_t>(port_)},
                              certificate(role), now_s, 20s);
    EXPECT_TRUE(stream) << stream.failure().detail;
    return stream ? std::move(stream.value()) : nullptr;
  }

  /// The node's first words came: a greeting or a notice.
  static bool is_greeted(tls_stream& stream, std::string& said) {
    const auto deadline = steady::now() + 20s;
    while (said.empty() && steady::now() < deadline) {
      pollfd one{stream.descriptor(), POLLIN, 0};
      ::poll(&one, 1, 200);
      if (!stream.receive(said))
        break;
    }
    return !said.empty();
  }

  /// What the node says before it hangs up; whether it does, within 20 s.
  static bool is_dropped(tls_stream& stream, std::string& said) {
    const auto deadline = steady::now() + 20s;
    while (steady::now() < deadline) {
      pollfd one{stream.descriptor(), POLLIN, 0};
      ::poll(&one, 1, 200);
      if (!stream.receive(said))
        return true;
      // Its last words came: it waits for us to hang up.
      if (said.find("gate: refused") != std::string::npos
          || said.find("takes no workers") != std::string::npos)
        return true;
    }
    return false;
  }

  void good_client_is_served(const char* when) {
    const auto end = as("operator", {"admin", "status"});
    EXPECT_EQ(end.code, 0) << when << end.err;
    EXPECT_EQ(::kill(node_->pid(), 0), 0) << when;
  }

  /// Prints how busy the node was since the last call.
  void print_share(const char* when) {
    const auto now = steady::now();
    const auto used = cpu_s();
    const std::chrono::duration<double> passed = now - last_look_;
    std::cout << "node's CPU share " << when << ": "
              << 100.0 * (used - last_used_) / passed.count()
              << " % of a core\n";
    last_look_ = now;
    last_used_ = used;
  }

  steady::time_point last_look_ = steady::now();
  double last_used_ = 0.0;
};

TEST_F(gate_attack_test, survives_what_kills_caf_from_valid_certificates) {
  start();
  const auto kill =
    message("@<>+@exit", big_endian(0, 8) + big_endian(0xF, 8) + "\x05"
                           + big_endian(0x0FABDBB9, 8) + std::string(2, '\0')
                           + text("@<>"));
  frame_header huge;
  huge.operation = static_cast<std::uint8_t>(operation::client_handshake);
  huge.payload_bytes = 0xFFFFFFFF;
  auto huge_message = huge;
  huge_message.operation = static_cast<std::uint8_t>(operation::direct_message);
  const std::vector<std::string> killers = {
    // notes/caf.md 5.
    frame(operation::server_handshake, {}),
    frame(operation::client_handshake, {}),
    format_header(huge),
    handshake() + format_header(huge_message),
    handshake() + frame(operation::direct_message, kill, 8, 1, request_id),
    handshake()
      + frame(operation::direct_message, kill, 8, 20, 0x1000000000000000),
    handshake() + frame(operation::routed_message, kill, 8, 20, request_id),
    handshake()
      + frame(operation::monitor_message, visitor() + visitor(), 0, 1),
  };
  const auto pid = node_->pid();
  for (const auto* role : {"viewer", "worker", "admin"})
    for (const auto& killer : killers) {
      const auto stream = enter_as(role);
      ASSERT_TRUE(stream);
      std::string said;
      ASSERT_TRUE(is_greeted(*stream, said)) << role;
      static_cast<void>(stream->send(killer));
      EXPECT_TRUE(is_dropped(*stream, said)) << role;
    }
  good_client_is_served("after the killers");
  EXPECT_EQ(node_->pid(), pid);
  const auto record = audit();
  for (const auto* why :
       {"handshake of 0 bytes", "operation 0 is not", "4294967295 bytes",
        "no door", "operation 3 is not", "monitor message that is none"})
    EXPECT_NE(record.find(why), std::string::npos) << why << record;
  EXPECT_NE(record.find("cert:viewer-anna"), std::string::npos);
  EXPECT_NE(record.find("cert:worker-anna"), std::string::npos);
}

TEST_F(gate_attack_test, serves_a_good_client_among_floods) {
  constexpr int limit_files = 256;
  start(limit_files);
  good_client_is_served("before");
  print_share("before");
  {
    // Half-open: TCP without a byte; twice what the node has descriptors.
    std::vector<stranger> half_open;
    for (int i = 0; i < 2 * limit_files; ++i)
      half_open.emplace_back(2 + i % 32, port_);
    good_client_is_served("with half-open connections");
    // Slow handshakes: the first bytes of a ClientHello, and then nothing.
    std::vector<stranger> slow;
    for (int i = 0; i < 300; ++i) {
      slow.emplace_back(40 + i % 32, port_);
      slow.back().say(std::string{"\x16\x03\x01\x02\x00\x01\x00", 7});
    }
    good_client_is_served("with slow handshakes");
    print_share("with half-open connections and slow handshakes");
    // The patience of the GATE ends all of them.
    for (const auto& each : half_open)
      ASSERT_TRUE(each.is_dropped(30s));
  }
  std::mt19937_64 random{8};
  const int fuzzed = is_campaign() ? 100'000 : 500;
  int connected = 0;
  for (int i = 0; i < fuzzed; ++i) {
    const stranger odd{80 + i % 64, port_};
    connected += odd.connected() ? 1 : 0;
    std::string bytes(random() % 600, '\0');
    for (auto& byte : bytes)
      byte = static_cast<char>(random());
    // Every third begins as TLS does, every fourth speaks plain CAF.
    if (i % 3 == 0 && bytes.size() > 5)
      bytes.replace(0, 5, std::string{"\x16\x03\x01\x01\x00", 5});
    if (i % 4 == 0)
      bytes = handshake() + bytes;
    odd.say(bytes);
    if (i % 100 == 0)
      good_client_is_served("with random bytes");
  }
  EXPECT_EQ(connected, fuzzed);
  print_share("with random bytes and plain CAF");
  good_client_is_served("after");
  print_share("after");
  const auto record = audit();
  EXPECT_NE(record.find("127.0.0."), std::string::npos);
  node_->signal(SIGTERM);
  EXPECT_EQ(node_->end(60s).code, 0) << node_->seen().err.substr(0, 3'000);
}

TEST_F(gate_attack_test, refuses_whoever_shows_no_certificate) {
  start();
  // Nothing on its input: it hangs up once it is connected.
  const auto without = run({"/usr/bin/openssl", "s_client", "-connect",
                            address_, "-tls1_3", "-ign_eof"},
                           {}, 60s);
  EXPECT_NE((without.out + without.err).find("certificate required"),
            std::string::npos)
    << without.out << without.err;
  const auto old = run(
    {"/usr/bin/openssl", "s_client", "-connect", address_, "-tls1_2"}, {}, 60s);
  EXPECT_NE(old.code, 0);
  good_client_is_served("after");
  EXPECT_NE(audit().find("peer did not return a certificate"),
            std::string::npos);
}

} // namespace
} // namespace troupe::testing
