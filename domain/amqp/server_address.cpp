#include "domain/amqp/server_address.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <system_error>

namespace troupe::amqp {

namespace {

constexpr std::uint16_t tls_port = 5671;

error bad_url(std::string_view why) {
  return {errc::bad_configuration,
          fmt::format("broker.url: {}; it looks like "
                      "amqp://user:password@host:5672/vhost",
                      why)};
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned char byte = 0;
    const auto digits = text.substr(i + 1, 2);
    const auto* end = digits.data() + digits.size();
    if (digits.size() != 2
        || std::from_chars(digits.data(), end, byte, 16).ptr != end)
      return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

/// Cuts off what follows the first `mark`; empty when there is none.
std::string_view cut_after(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos)
    return {};
  const auto rest = text.substr(at + 1);
  text = text.substr(0, at);
  return rest;
}

result<void> read_options(std::string_view options, server_address& out) {
  while (!options.empty()) {
    const auto rest = cut_after(options, '&');
    auto name = options;
    const auto value = percent_decoded(cut_after(name, '='));
    if (!value)
      return bad_url("an option with a broken % code");
    if (name == "cacertfile")
      out.ca_file = *value;
    else if (name == "certfile")
      out.certificate_file = *value;
    else if (name == "keyfile")
      out.key_file = *value;
    else
      return bad_url(fmt::format("there is no option \"{}\"", name));
    options = rest;
  }
  return {};
}

result<void> read_user(std::string_view text, server_address& out) {
  const bool has_password = text.find(':') != std::string_view::npos;
  const auto password = percent_decoded(cut_after(text, ':'));
  const auto user = percent_decoded(text);
  if (!user || !password)
    return bad_url("user or password has a broken % code");
  out.user = *user;
  out.password = has_password ? *password : "";
  return {};
}

result<void> read_place(std::string_view text, server_address& out) {
  auto host = text;
  std::string_view port;
  if (host.starts_with('[')) {
    const auto rest = cut_after(host, ']');
    host.remove_prefix(1);
    if (!rest.empty() && !rest.starts_with(':'))
      return bad_url("what follows the address in [] is no port");
    port = rest.empty() ? rest : rest.substr(1);
  } else {
    port = cut_after(host, ':');
  }
  if (!host.empty())
    out.host = host;
  if (port.empty())
    return {};
  const auto* end = port.data() + port.size();
  // A number that is too large reads to its end, too.
  const auto read = std::from_chars(port.data(), end, out.port);
  if (read.ec != std::errc{} || read.ptr != end || out.port == 0)
    return bad_url(fmt::format("\"{}\" is no port", port));
  return {};
}

} // namespace

result<server_address> parse_server_address(std::string_view url) {
  server_address found;
  if (url.starts_with("amqps://")) {
    found.tls = true;
    found.port = tls_port;
    url.remove_prefix(8);
  } else if (url.starts_with("amqp://")) {
    url.remove_prefix(7);
  } else {
    return bad_url("it starts with neither amqp:// nor amqps://");
  }
  const auto options = cut_after(url, '?');
  const bool has_path = url.find('/') != std::string_view::npos;
  const auto vhost = percent_decoded(cut_after(url, '/'));
  if (!vhost)
    return bad_url("the vhost has a broken % code");
  // "host/" names the vhost "" in the specification, which no server has.
  if (has_path && !vhost->empty())
    found.vhost = *vhost;
  if (const auto at = url.rfind('@'); at != std::string_view::npos) {
    if (auto read = read_user(url.substr(0, at), found); !read)
      return read.failure();
    url.remove_prefix(at + 1);
  }
  if (auto read = read_place(url, found); !read)
    return read.failure();
  if (auto read = read_options(options, found); !read)
    return read.failure();
  return found;
}

std::string describe(const server_address& x) {
  return fmt::format("{}://{}@{}:{}/{}", x.tls ? "amqps" : "amqp", x.user,
                     x.host, x.port, x.vhost == "/" ? "" : x.vhost);
}

} // namespace troupe::amqp
