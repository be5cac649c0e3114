#include "tests/rabbitmq/rabbitmq_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <glob.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;

constexpr int vhosts = 48;

/// The scripts behind those in PATH, which want to be root or rabbitmq.
std::string scripts() {
  glob_t found{};
  std::string folder;
  if (glob("/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin", 0, nullptr, &found)
        == 0
      && found.gl_pathc > 0)
    folder = found.gl_pathv[0];
  globfree(&found);
  return folder;
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

/// Ports that are free now, held until all are chosen.
std::vector<int> free_ports(std::size_t count) {
  std::vector<int> sockets;
  std::vector<int> ports;
  for (std::size_t i = 0; i < count; ++i) {
    const int one = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = loopback(0);
    socklen_t length = sizeof address;
    bind(one, reinterpret_cast<const sockaddr*>(&address), length);
    getsockname(one, reinterpret_cast<sockaddr*>(&address), &length);
    sockets.push_back(one);
    ports.push_back(ntohs(address.sin_port));
  }
  for (const int one : sockets)
    close(one);
  return ports;
}

bool accepts(int port) {
  const int one = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  const bool done =
    connect(one, reinterpret_cast<const sockaddr*>(&address), sizeof address)
    == 0;
  close(one);
  return done;
}

/// Between two looks at another process, which tells nobody when it is ready.
void look_again_later() {
  poll(nullptr, 0, 50);
}

/// Passwords are the users' names; the hash is salt 01020304 and SHA-256.
std::string definitions() {
  std::string text = R"({"rabbit_version":"3.10.8","users":[
{"name":"guest","password_hash":"AQIDBEMMOXwY6PKx/JKP9PAqfsb4ozuD0Ta3pxxa9gEYBMmD",
 "hashing_algorithm":"rabbit_password_hashing_sha256","tags":["administrator"]},
{"name":"worker","password_hash":"AQIDBA3C3o0ZSiEsYASziWTPSLcHbSrop6EPNpguid8y3p2N",
 "hashing_algorithm":"rabbit_password_hashing_sha256","tags":[]}],"vhosts":[)";
  std::string permissions;
  for (int i = 0; i < vhosts; ++i) {
    text += fmt::format("{}{{\"name\":\"v{}\"}}", i == 0 ? "" : ",", i);
    permissions += fmt::format(
      R"({0}{{"user":"guest","vhost":"v{1}","configure":".*","write":".*","read":".*"}},
{{"user":"worker","vhost":"v{1}","configure":"","write":".*","read":".*"}})",
      i == 0 ? "" : ",", i);
  }
  return text + "],\"permissions\":[" + permissions
         + "],\"queues\":[],\"exchanges\":[],\"bindings\":[],"
           "\"parameters\":[],\"policies\":[]}\n";
}

} // namespace

bool rabbitmq_server::installed() {
  return !scripts().empty();
}

rabbitmq_server& rabbitmq_server::shared() {
  static rabbitmq_server server;
  static const bool started = server.start();
  if (!started)
    throw std::runtime_error("no RabbitMQ: " + server.log());
  return server;
}

rabbitmq_server::rabbitmq_server(const std::filesystem::path& data)
  : folder_(data), ports_(free_ports(3)) {
  const auto at = [this](const char* name) {
    return folder_.at(name);
  };
  const auto text = [](int x) {
    return std::to_string(x);
  };
  environment_ = {
    {"HOME", folder_.path()},
    {"LANG", "C.UTF-8"},
    {"LC_ALL", "C.UTF-8"},
    {"ERL_EPMD_ADDRESS", "127.0.0.1"},
    {"ERL_EPMD_PORT", text(ports_[2])},
    {"RABBITMQ_NODENAME", "t" + text(ports_[0]) + "@localhost"},
    {"RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"},
    {"RABBITMQ_NODE_PORT", text(ports_[0])},
    {"RABBITMQ_DIST_PORT", text(ports_[1])},
    {"RABBITMQ_MNESIA_BASE", at("mnesia")},
    {"RABBITMQ_LOG_BASE", at("log")},
    {"RABBITMQ_PID_FILE", at("pid")},
    {"RABBITMQ_ENABLED_PLUGINS_FILE", at("enabled_plugins")},
    {"RABBITMQ_CONFIG_FILE", at("rabbitmq.conf")},
    {"RABBITMQ_CONF_ENV_FILE", at("none.env")},
    {"RABBITMQ_ADVANCED_CONFIG_FILE", at("advanced.config")},
    {"RABBITMQ_GENERATED_CONFIG_DIR", at("schema")},
    {"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
     "-kernel inet_dist_use_interface {127,0,0,1}"},
    {"RABBITMQ_CTL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}"},
    {"RABBITMQ_CTL_DIST_PORT_MIN", "0"},
    {"RABBITMQ_CTL_DIST_PORT_MAX", "0"},
  };
  write_files();
  begin_guard();
}

rabbitmq_server::~rabbitmq_server() {
  kill();
  close(guard_);
}

/// Its name server, epmd, refuses to end while the server is known to it.
void rabbitmq_server::begin_guard() {
  const auto script = fmt::format(
    "read -r never; kill -9 $(cat {0}/pid) 2>/dev/null; "
    "for i in 1 2 3 4 5 6 7 8 9 10; do "
    "epmd -port {1} -kill 2>&1 | grep -q 'not allowed' || break; sleep 0.1; "
    "done; rm -rf {0}",
    folder_.path(), ports_[2]);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe");
  guard_ = ends[1];
  if (fork() == 0) {
    // Of its own group: what ends the test does not end it.
    setsid();
    dup2(ends[0], STDIN_FILENO);
    execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
    _exit(127);
  }
  close(ends[0]);
}

void rabbitmq_server::write_files() const {
  static_cast<void>(folder_.write("enabled_plugins", "[].\n"));
  static_cast<void>(folder_.write("definitions.json", definitions()));
  static_cast<void>(folder_.write("rabbitmq.conf",
                                  "loopback_users = none\n"
                                  "disk_free_limit.absolute = 50MB\n"
                                  "vm_memory_high_watermark.absolute = 1500MB\n"
                                  "load_definitions = "
                                    + folder_.at("definitions.json") + "\n"));
}

bool rabbitmq_server::start() {
  std::error_code ignored;
  std::filesystem::remove(folder_.at("pid"), ignored);
  script_ = std::make_unique<child_process>(
    std::vector<std::string>{scripts() + "/rabbitmq-server"}, environment_);
  const auto deadline = std::chrono::steady_clock::now() + 120s;
  while (std::chrono::steady_clock::now() < deadline) {
    if (beam() > 0 && accepts(port()))
      return true;
    look_again_later();
  }
  return false;
}

void rabbitmq_server::stop() {
  const int pid = beam();
  if (pid > 0)
    ::kill(pid, SIGTERM);
  wait_for_end(pid);
}

void rabbitmq_server::kill() {
  const int pid = beam();
  if (pid > 0)
    ::kill(pid, SIGKILL);
  wait_for_end(pid);
}

void rabbitmq_server::pause() const {
  ::kill(beam(), SIGSTOP);
}

void rabbitmq_server::resume() const {
  ::kill(beam(), SIGCONT);
}

void rabbitmq_server::wait_for_end(int pid) {
  if (script_)
    static_cast<void>(script_->end(60s));
  while (pid > 0 && ::kill(pid, 0) == 0)
    look_again_later();
  script_.reset();
  std::error_code ignored;
  std::filesystem::remove(folder_.at("pid"), ignored);
}

process_end
rabbitmq_server::control(const std::vector<std::string>& words) const {
  std::vector<std::string> command{scripts() + "/rabbitmqctl"};
  command.insert(command.end(), words.begin(), words.end());
  return run(command, environment_, 60s);
}

bool rabbitmq_server::sync_queues() const {
  const auto end = control({"eval", "ok = dets:sync(ra_directory_reverse)."});
  return end.code == 0;
}

std::string rabbitmq_server::fresh_vhost() {
  if (next_vhost_ == vhosts)
    throw std::runtime_error("no vhost is left");
  return "v" + std::to_string(next_vhost_++);
}

std::string rabbitmq_server::url(const std::string& vhost,
                                 const std::string& user) const {
  return fmt::format("amqp://{0}:{0}@127.0.0.1:{1}/{2}", user, port(), vhost);
}

std::string rabbitmq_server::log() const {
  std::string text;
  for (const auto& entry : std::filesystem::directory_iterator(
         std::filesystem::path{folder_.path()} / "log")) {
    std::ostringstream all;
    all << std::ifstream{entry.path()}.rdbuf();
    text += all.str();
  }
  return text.substr(text.size() - std::min<std::size_t>(text.size(), 4'000));
}

int rabbitmq_server::beam() const {
  int pid = 0;
  std::ifstream{folder_.at("pid")} >> pid;
  return pid;
}

} // namespace troupe::testing
