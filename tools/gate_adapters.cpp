#include "tools/gate_adapters.hpp"

#include "io/files/posix_file_source.hpp"
#include "io/network/openssl_certificate_authority.hpp"
#include "io/network/openssl_tls_network.hpp"
#include "io/network/posix_local_stream.hpp"
#include "tools/state_folder.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace troupe {

namespace {

constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t node_days = 365;
constexpr std::int64_t renew_days = 30;
// Clocks differ between hosts.
constexpr std::int64_t clock_slack_s = 3'600;
constexpr std::uint64_t file_bytes_max = 1U << 20U;
constexpr mode_t private_folder = 0700;
constexpr mode_t open_to_others = 0077;

/// While it lives, new files are this user's alone. Only before other threads
/// make files: the mask is the process's.
class private_umask {
public:
  private_umask() : before_(umask(open_to_others)) {}

  private_umask(const private_umask&) = delete;
  private_umask& operator=(const private_umask&) = delete;

  ~private_umask() {
    umask(before_);
  }

private:
  mode_t before_;
};

std::string authority_file() {
  return gate_folder() + "/authority.pem";
}

std::string node_file() {
  return gate_folder() + "/node.pem";
}

result<std::string> read_text(const std::string& file) {
  const auto bytes = io::open_posix_file_source()->read(file, file_bytes_max);
  if (!bytes)
    return bytes.failure();
  return std::string{bytes->begin(), bytes->end()};
}

result<void> make_gate_folder() {
  const auto folder = gate_folder();
  std::error_code why;
  std::filesystem::create_directories(
    std::filesystem::path{folder}.parent_path(), why);
  if (mkdir(folder.c_str(), private_folder) != 0 && errno != EEXIST)
    return error{errc::permission_denied,
                 fmt::format("certs: cannot make the folder {}: {}", folder,
                             std::generic_category().message(errno))};
  return {};
}

/// The certificate is there, and lasts for a month.
bool is_fresh(const std::string& file, std::int64_t now_s) {
  const auto facts = read_certificate_file(file);
  return facts && facts->not_after_s - now_s > renew_days * day_s;
}

bool is_absent(const std::string& file) {
  std::error_code ignored;
  return !std::filesystem::exists(file, ignored);
}

/// A handshake takes one, a visitor two: what all of them take together leaves
/// two fifths for the rest of the node.
std::size_t descriptors_max() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return std::max<std::size_t>(limit.rlim_cur, 5);
}

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

} // namespace

std::string gate_folder() {
  return state_folder() + "/gate";
}

result<void> write_private(const std::string& file, const std::string& text,
                           bool force) {
  const private_umask guard;
  auto made = io::open_posix_file_source()->begin(file, force);
  if (!made)
    return made.failure();
  if (auto written = made.value()->write(text); !written)
    return written;
  return made.value()->finish();
}

result<std::unique_ptr<certificate_authority>>
open_authority(std::int64_t now_s) {
  const auto file = authority_file();
  if (!is_absent(file)) {
    const auto text = read_text(file);
    if (!text)
      return text.failure();
    return io::open_openssl_certificate_authority(*text, file);
  }
  if (auto made = make_gate_folder(); !made)
    return made.failure();
  auto made = io::make_openssl_certificate_authority(now_s);
  if (!made)
    return made;
  // Whoever made one meanwhile wins: theirs may have signed already.
  auto written = write_private(file, made.value()->pem(), false);
  if (!written && written.failure().code == errc::refused)
    return open_authority(now_s);
  if (!written)
    return written.failure();
  return made;
}

result<certificate_facts> renew_node_certificate(std::int64_t now_s) {
  auto authority = open_authority(now_s);
  if (!authority)
    return authority.failure();
  auto name = host_name();
  if (name.empty() || name.size() > 64)
    name = "node";
  const auto pem = authority.value()->issue({name, basp::peer_role::node,
                                             now_s - clock_slack_s,
                                             now_s + node_days * day_s});
  if (!pem)
    return pem.failure();
  if (auto written = write_private(node_file(), *pem, true); !written)
    return written.failure();
  return io::read_certificate(*pem, node_file());
}

result<certificate_facts> read_certificate_file(const std::string& file) {
  const auto text = read_text(file);
  if (!text)
    return text.failure();
  return io::read_certificate(*text, file);
}

result<gate_ports> make_gate_ports(const node_config& config,
                                   const wall_clock& clock) {
  gate_ports ports;
  if (config.node.listen.empty())
    return ports;
  const auto at = io::parse_host_port(config.node.listen);
  if (!at)
    return at.failure();
  const auto now_s = [&clock] {
    return clock.now_us() / 1'000'000;
  };
  // One that cannot be read is for a person to mend, and named below.
  const bool readable = static_cast<bool>(read_certificate_file(node_file()));
  if (is_absent(node_file()) || (readable && !is_fresh(node_file(), now_s())))
    if (auto made = renew_node_certificate(now_s()); !made)
      return made.failure();
  auto listener = io::open_openssl_tls_listener(*at, node_file(), now_s);
  if (!listener)
    return listener.failure();
  ports.listener = std::move(listener.value());
  ports.open_door = io::open_posix_local_stream;
  ports.limits.handshake_ms = config.gate.handshake_s * 1'000;
  const auto fifth = descriptors_max() / 5;
  ports.limits.handshakes_max =
    std::min(fifth, static_cast<std::size_t>(config.gate.handshakes_max));
  ports.limits.visitors_max =
    std::min(fifth, static_cast<std::size_t>(config.gate.visitors_max));
  ports.limits.per_address_max =
    static_cast<std::size_t>(config.gate.per_host_max);
  return ports;
}

result<gate_line> open_gate_line(const std::string& node,
                                 const std::string& certificate,
                                 std::int64_t now_s,
                                 std::chrono::milliseconds longest) {
  const auto to = io::parse_host_port(node);
  if (!to)
    return to.failure();
  if (certificate.empty())
    return error{errc::invalid_argument,
                 "node: which certificate? name it by --cert FILE or "
                 "TROUPE_CERT; it is made there by: troupe certs issue"};
  auto stream = io::connect_openssl_tls(*to, certificate, now_s, longest);
  if (!stream)
    return stream.failure();
  const auto facts = read_certificate_file(certificate);
  if (!facts)
    return facts.failure();
  auto pair = io::open_posix_local_pair();
  if (!pair)
    return pair.failure();
  return gate_line{std::move(stream.value()), std::move(pair->stream),
                   pair->descriptor, "cert:" + facts->name, node};
}

} // namespace troupe
