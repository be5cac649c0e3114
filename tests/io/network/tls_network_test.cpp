// Certificates and handshakes, over real sockets on the loopback.

#include "io/network/openssl_certificate_authority.hpp"
#include "io/network/openssl_tls_network.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::io {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// OpenSSL compares with the real clock.
const std::int64_t now_s =
  std::chrono::duration_cast<std::chrono::seconds>(
    std::chrono::system_clock::now().time_since_epoch())
    .count();
constexpr std::int64_t day_s = 86'400;

class tls_network : public ::testing::Test {
protected:
  tls_network() {
    authority_ = std::move(make_openssl_certificate_authority(now_s).value());
    node_ = put("node.pem", issue("attic", basp::peer_role::node));
  }

  std::string issue(const std::string& name, basp::peer_role role,
                    std::int64_t from_s = now_s - day_s,
                    std::int64_t to_s = now_s + day_s) {
    auto pem = authority_->issue({name, role, from_s, to_s});
    EXPECT_TRUE(pem) << pem.failure().detail;
    return pem.value();
  }

  std::string put(const std::string& name, const std::string& text) {
    const auto file = folder_.path() + "/" + name;
    // A new file each time, as a rename would make it.
    fs::remove(file);
    std::ofstream{file} << text;
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    return file;
  }

  void listen() {
    auto made = open_openssl_tls_listener({"127.0.0.1", 0}, node_,
                                          [this] { return clock_s_; });
    ASSERT_TRUE(made) << made.failure().detail;
    listener_ = std::move(made.value());
  }

  /// A node's end of one handshake: its error, or who came.
  result<certificate_facts> serve() {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    std::unique_ptr<tls_stream> stream;
    std::string got;
    while (std::chrono::steady_clock::now() < deadline) {
      if (!stream) {
        wait(listener_->descriptor());
        auto taken = listener_->accept();
        if (!taken)
          return taken.failure();
        stream = std::move(taken.value());
        continue;
      }
      wait(stream->descriptor());
      if (auto moved = stream->receive(got); !moved)
        return moved.failure();
      if (stream->established() && stream->unsent() == 0) {
        auto facts = stream->peer();
        served_ = std::move(stream);
        return facts;
      }
    }
    return error{errc::timeout, "no handshake"};
  }

  static void wait(int descriptor) {
    pollfd one{descriptor, POLLIN, 0};
    ::poll(&one, 1, 5'000);
  }

  /// What the client says of its own end, until it has read the node's answer
  /// to its certificate.
  result<void> visit(const std::string& certificate,
                     std::chrono::milliseconds longest = 10s) {
    auto stream = connect_openssl_tls({"127.0.0.1", listener_->port()},
                                      certificate, clock_s_, longest);
    if (!stream)
      return stream.failure();
    std::string got;
    for (;;) {
      wait(stream.value()->descriptor());
      const auto moved = stream.value()->receive(got);
      if (!got.empty())
        return {};
      if (!moved)
        return moved;
    }
  }

  /// Both ends of one visit: the node's word about it, then the client's.
  std::pair<result<certificate_facts>, result<void>>
  meet(const std::string& certificate) {
    auto client =
      std::async(std::launch::async, [&] { return visit(certificate); });
    auto served = serve();
    if (served_)
      static_cast<void>(served_->send("hello"));
    served_.reset();
    return {std::move(served), client.get()};
  }

  std::int64_t clock_s_ = now_s;
  fakes::scratch_folder folder_;
  std::unique_ptr<certificate_authority> authority_;
  std::string node_;
  std::unique_ptr<tls_listener> listener_;
  std::unique_ptr<tls_stream> served_;
};

TEST_F(tls_network, lets_each_role_in_by_its_certificate) {
  listen();
  for (const auto role : {basp::peer_role::viewer, basp::peer_role::operating,
                          basp::peer_role::admin, basp::peer_role::worker}) {
    const auto [served, visited] = meet(put("anna.pem", issue("anna", role)));
    ASSERT_TRUE(served) << served.failure().detail;
    EXPECT_EQ(served->role, role);
    EXPECT_EQ(served->name, "anna");
    EXPECT_TRUE(visited);
  }
}

TEST_F(tls_network, refuses_a_foreign_authority_on_both_ends) {
  listen();
  auto other = std::move(make_openssl_certificate_authority(now_s).value());
  const auto pem =
    other->issue({"eve", basp::peer_role::admin, now_s - 1, now_s + day_s});
  const auto file = put("eve.pem", *pem);
  auto client = std::async(std::launch::async, [&] { return visit(file); });
  const auto served = serve();
  const auto visited = client.get();
  ASSERT_FALSE(served);
  EXPECT_EQ(served.failure().code, errc::not_authorised);
  ASSERT_FALSE(visited);
  // The client is the first to see that the node is not its own.
  EXPECT_EQ(visited.failure().code, errc::not_authorised);
  EXPECT_NE(visited.failure().detail.find("not trusted"), std::string::npos);
}

TEST_F(tls_network, refuses_what_expired_while_the_client_believed_in_it) {
  listen();
  const auto file = put("old.pem", issue("old", basp::peer_role::admin,
                                         now_s - 2 * day_s, now_s - day_s));
  // By a clock that went wrong, the certificate is still good.
  clock_s_ = now_s - day_s - 1;
  auto client = std::async(std::launch::async, [&] { return visit(file); });
  const auto served = serve();
  const auto visited = client.get();
  ASSERT_FALSE(served);
  EXPECT_EQ(served.failure().code, errc::not_authorised);
  ASSERT_FALSE(visited);
  EXPECT_EQ(visited.failure().code, errc::not_authorised);
  EXPECT_NE(visited.failure().detail.find("expired"), std::string::npos)
    << visited.failure().detail;
}

TEST_F(tls_network, does_not_take_a_visitor_for_a_node) {
  node_ = put("node.pem", issue("eve", basp::peer_role::admin));
  const auto made =
    open_openssl_tls_listener({"127.0.0.1", 0}, node_, [] { return now_s; });
  ASSERT_FALSE(made);
  EXPECT_EQ(made.failure().code, errc::not_authorised);
  EXPECT_NE(made.failure().detail.find(node_), std::string::npos);
}

TEST_F(tls_network, gives_up_on_a_host_that_takes_and_says_nothing) {
  const int silent = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(silent, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
  ASSERT_EQ(::listen(silent, 4), 0);
  socklen_t size = sizeof at;
  ::getsockname(silent, reinterpret_cast<sockaddr*>(&at), &size);
  const auto file = put("anna.pem", issue("anna", basp::peer_role::viewer));
  const auto reached =
    connect_openssl_tls({"127.0.0.1", ntohs(at.sin_port)}, file, now_s, 200ms);
  ASSERT_FALSE(reached);
  EXPECT_EQ(reached.failure().code, errc::unreachable);
  ::close(silent);
}

TEST_F(tls_network, names_each_fault_of_a_file_before_it_is_used) {
  const auto good = issue("attic", basp::peer_role::node);
  const auto other = issue("attic", basp::peer_role::node);
  const auto at = [](const std::string& text, std::string_view what) {
    return text.find(what);
  };
  const auto certificate = at(good, "-----BEGIN CERTIFICATE");
  const auto key = good.substr(0, certificate);
  const auto rest = good.substr(certificate);
  const auto first_end =
    at(rest, "-----END CERTIFICATE-----")
    + std::string_view{"-----END CERTIFICATE-----\n"}.size();
  auto stranger = std::move(make_openssl_certificate_authority(now_s).value());
  const auto foreign = stranger->pem();

  struct row {
    std::string text;
    errc code;
    std::string_view word;
  };

  const std::vector<row> rows = {
    {"", errc::corrupt, "no key"},
    {"not PEM at all", errc::corrupt, "no key"},
    {rest, errc::corrupt, "no key"},
    {key, errc::corrupt, "no certificate"},
    {key + rest.substr(0, first_end), errc::corrupt, "no authority"},
    {other.substr(0, at(other, "-----BEGIN CERTIFICATE")) + rest, errc::corrupt,
     "do not belong together"},
    {key + rest.substr(0, first_end)
       + foreign.substr(at(foreign, "-----BEGIN CERTIFICATE")),
     errc::corrupt, "did not sign"},
    {issue("attic", basp::peer_role::node, now_s - 2, now_s - 1),
     errc::not_authorised, "expired"},
    {issue("attic", basp::peer_role::node, now_s + 1, now_s + 2),
     errc::not_authorised, "not valid yet"},
  };
  for (const auto& row : rows) {
    const auto file = put("x.pem", row.text);
    const auto made =
      open_openssl_tls_listener({"127.0.0.1", 0}, file, [] { return now_s; });
    ASSERT_FALSE(made) << row.word;
    EXPECT_EQ(made.failure().code, row.code) << row.word;
    EXPECT_NE(made.failure().detail.find(file), std::string::npos);
    EXPECT_NE(made.failure().detail.find(row.word), std::string::npos)
      << made.failure().detail;
  }
  const auto file = put("x.pem", good);
  fs::permissions(file, fs::perms::others_read, fs::perm_options::add);
  const auto open_file =
    open_openssl_tls_listener({"127.0.0.1", 0}, file, [] { return now_s; });
  EXPECT_EQ(open_file.failure().code, errc::permission_denied);
  EXPECT_EQ(open_openssl_tls_listener({"127.0.0.1", 0}, "/nowhere/x.pem",
                                      [] { return now_s; })
              .failure()
              .code,
            errc::not_found);
}

TEST_F(tls_network, takes_a_new_certificate_at_the_next_handshake) {
  listen();
  const auto anna = put("anna.pem", issue("anna", basp::peer_role::viewer));
  EXPECT_TRUE(meet(anna).first);
  put("node.pem", "damaged");
  EXPECT_TRUE(meet(anna).second) << "the old one stays";
  const auto trouble = listener_->take_trouble();
  ASSERT_TRUE(trouble);
  EXPECT_NE(trouble->detail.find("node.pem"), std::string::npos);
  EXPECT_FALSE(listener_->take_trouble()) << "told once";
  // Another authority's: whoever trusts the old one is refused from now on.
  authority_ = std::move(make_openssl_certificate_authority(now_s).value());
  put("node.pem", issue("attic", basp::peer_role::node));
  EXPECT_FALSE(meet(anna).second);
  EXPECT_TRUE(meet(put("b.pem", issue("b", basp::peer_role::viewer))).second);
}

TEST_F(tls_network, issues_to_names_that_cannot_be_mistaken) {
  for (const auto* name : {"", "a b", "a/b", "a\nb", "ä"})
    EXPECT_EQ(
      authority_->issue({name, basp::peer_role::viewer, 0, 1}).failure().code,
      errc::invalid_argument)
      << name;
  EXPECT_FALSE(
    authority_->issue({std::string(65, 'a'), basp::peer_role::viewer, 0, 1}));
}

TEST_F(tls_network, keeps_an_authority_by_its_text) {
  const auto again = open_openssl_certificate_authority(authority_->pem(), "x");
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->fingerprint(), authority_->fingerprint());
  EXPECT_EQ(open_openssl_certificate_authority("x", "file").failure().code,
            errc::corrupt);
}

TEST(host_port_test, is_read_as_people_write_it) {
  EXPECT_EQ(parse_host_port("attic:7474")->host, "attic");
  EXPECT_EQ(parse_host_port("attic:7474")->port, 7474);
  EXPECT_EQ(parse_host_port("[::1]:1")->host, "::1");
  for (const auto* odd :
       {"", "attic", ":1", "attic:", "attic:x", "attic:65536", "attic:1x"})
    EXPECT_EQ(parse_host_port(odd).failure().code, errc::invalid_argument)
      << odd;
}

} // namespace
} // namespace troupe::io
