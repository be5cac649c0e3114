#include "tools/broker_adapters.hpp"

#include "domain/amqp/server_address.hpp"
#include "io/amqp/rabbitmq_amqp_transport.hpp"
#include "io/system_wall_clock.hpp"
#include "tools/assemble.hpp"
#include "tools/output/new_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace troupe {

namespace {

class silent_log_sink final : public log_sink {
public:
  void write(log_level, std::string_view, std::string_view) noexcept override {}
};

amqp::service_options service_of(const broker_service& x) {
  if (!x.response.empty())
    return {x.name, x.request, amqp::reply_way::fixed, x.response};
  const auto way = x.reply == "exclusive" ? amqp::reply_way::exclusive
                                          : amqp::reply_way::direct;
  return {x.name, x.request, way, {}};
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "node";
}

/// Two requests with the same bytes share the file: it is named by its hash.
result<std::string> keep_in(const std::string& inbox, const content_hash& hash,
                            std::string_view suffix, std::string_view bytes) {
  std::error_code why;
  std::filesystem::create_directories(inbox, why);
  auto path = std::filesystem::absolute(inbox) / to_hex(hash);
  path += suffix;
  if (std::filesystem::exists(path, why))
    return path.string();
  auto file = begin_file(path.string(), true);
  if (!file)
    return file.failure();
  if (auto written = file.value()->write(bytes); !written)
    return written.failure();
  if (auto done = file.value()->finish(); !done)
    return done.failure();
  return path.string();
}

/// Results that travel have names of their own beside what came along.
result<std::string> place_in(const std::string& inbox, const content_hash& hash,
                             std::string_view suffix) {
  std::error_code why;
  std::filesystem::create_directories(inbox, why);
  if (why)
    return error{errc::permission_denied,
                 fmt::format("cannot make {}: {}", inbox, why.message())};
  auto path = std::filesystem::absolute(inbox) / to_hex(hash);
  path += suffix;
  return path.string();
}

result<std::string> read_whole(const std::string& path, std::size_t bytes_max) {
  std::ifstream file{path, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  if (file.bad() || bytes.empty())
    return error{errc::not_found, fmt::format("cannot read {}", path)};
  if (bytes.size() > bytes_max)
    return error{errc::too_large,
                 fmt::format("{} is longer than {} bytes", path, bytes_max)};
  return bytes;
}

result<std::vector<std::string>>
real_roots(const std::vector<std::string>& roots) {
  std::vector<std::string> found;
  for (const auto& each : roots) {
    std::error_code why;
    const auto real = std::filesystem::canonical(each, why);
    if (why)
      return error{errc::not_found,
                   fmt::format("broker.roots: {}: {}", each, why.message())};
    found.push_back(real.string());
  }
  return found;
}

const broker_service* find_service(const node_config& config,
                                   const std::string& name) {
  const auto& all = config.broker.services;
  const auto at = std::find_if(all.begin(), all.end(),
                               [&](const auto& x) { return x.name == name; });
  return at == all.end() ? nullptr : &*at;
}

} // namespace

result<broker_ports> make_broker_ports(const node_config& config,
                                       std::string inbox) {
  broker_ports ports;
  if (config.broker.url.empty())
    return ports;
  const auto server = amqp::parse_server_address(config.broker.url);
  if (!server)
    return server.failure();
  auto roots = real_roots(config.broker.roots);
  if (!roots)
    return roots.failure();
  ports.roots = std::move(roots.value());
  ports.server = amqp::describe(*server);
  ports.node_name = config.node.name.empty() ? host_name() : config.node.name;
  ports.prefetch = config.broker.prefetch;
  ports.open_transport = [server = *server] {
    return io::open_rabbitmq_amqp_transport(server);
  };
  ports.hash = [](std::string_view bytes) {
    return hash_text(std::string{bytes});
  };
  ports.place = [inbox](const content_hash& hash, std::string_view suffix) {
    return place_in(inbox, hash, suffix);
  };
  ports.read = read_whole;
  ports.keep = [inbox = std::move(inbox)](const content_hash& hash,
                                          std::string_view suffix,
                                          std::string_view bytes) {
    return keep_in(inbox, hash, suffix, bytes);
  };
  auto& session = ports.session;
  session.login.user = server->user;
  session.login.password = server->password;
  session.login.vhost = server->vhost;
  session.login.name = "troupe@" + ports.node_name;
  session.login.heartbeat_s =
    static_cast<std::uint16_t>(config.broker.heartbeat_s);
  session.limits.window =
    static_cast<std::size_t>(config.broker.confirm_window);
  session.queue_type = config.broker.queue_type;
  for (const auto& each : config.broker.services)
    session.services.push_back(service_of(each));
  // Any other queue, by its name.
  session.services.push_back({});
  return ports;
}

result<command_broker> open_command_broker(const node_config& config) {
  const auto ports = make_broker_ports(config, {});
  if (!ports)
    return ports.failure();
  if (!ports->open_transport)
    return error{errc::bad_configuration,
                 "no broker is configured; set broker.url or RABBITMQ_URL"};
  command_broker open;
  open.clock = io::open_system_wall_clock();
  open.log = std::make_unique<silent_log_sink>();
  open.line = broker_line::open(*ports, *open.clock, *open.log);
  return open;
}

rpc_question question_for(const node_config& config,
                          const std::string& service_or_queue) {
  rpc_question question;
  if (const auto* found = find_service(config, service_or_queue)) {
    question.service = found->name;
    question.timeout_ms = found->timeout_s * 1'000;
  } else {
    question.queue = service_or_queue;
  }
  return question;
}

std::string request_queue_of(const node_config& config,
                             const std::string& service_or_queue) {
  const auto* found = find_service(config, service_or_queue);
  return found != nullptr ? found->request : service_or_queue;
}

} // namespace troupe
