#pragma once

#include "domain/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::amqp {

/// Where a RabbitMQ server is, and who logs in there.
struct server_address {
  std::string host = "localhost";
  std::uint16_t port = 5672;
  std::string user = "guest";
  std::string password = "guest";
  std::string vhost = "/";
  bool tls = false;
  /// Files for TLS (PEM); empty: the system's authorities, no certificate of
  /// our own. With a certificate and no user, the server takes its name.
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
};

/// Reads `amqp[s]://[user[:password]@]host[:port][/vhost][?options]` as
/// RabbitMQ's URI specification has it: parts are percent-encoded, "/%2F" is
/// the vhost "/", no path is "/" as well; options are `cacertfile`,
/// `certfile`, `keyfile`. @returns `errc::bad_configuration`, never with the
/// password in the detail
[[nodiscard]] result<server_address> parse_server_address(std::string_view url);

/// "amqp://user@host:5672/vhost": for people, without the password.
[[nodiscard]] std::string describe(const server_address& x);

} // namespace troupe::amqp
