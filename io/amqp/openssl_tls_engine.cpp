#include "io/amqp/openssl_tls_engine.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <utility>

namespace troupe::io {

namespace {

struct context_closer {
  void operator()(SSL_CTX* x) const noexcept {
    SSL_CTX_free(x);
  }
};

struct ssl_closer {
  void operator()(SSL* x) const noexcept {
    SSL_free(x);
  }
};

using context_handle = std::unique_ptr<SSL_CTX, context_closer>;
using ssl_handle = std::unique_ptr<SSL, ssl_closer>;

/// The newest reason that the library gives, and none left behind.
std::string newest_reason() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

error unusable(const std::string& file) {
  return {errc::permission_denied,
          fmt::format("broker: TLS file {} cannot be used: {}", file,
                      newest_reason())};
}

result<void> load_files(SSL_CTX* context, const amqp::server_address& server) {
  const int trusted =
    server.ca_file.empty()
      ? SSL_CTX_set_default_verify_paths(context)
      : SSL_CTX_load_verify_locations(context, server.ca_file.c_str(), nullptr);
  if (trusted != 1)
    return unusable(server.ca_file);
  if (server.certificate_file.empty())
    return {};
  if (SSL_CTX_use_certificate_chain_file(context,
                                         server.certificate_file.c_str())
      != 1)
    return unusable(server.certificate_file);
  const auto& key =
    server.key_file.empty() ? server.certificate_file : server.key_file;
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    return unusable(key);
  return {};
}

class openssl_tls_engine final : public tls_engine {
public:
  openssl_tls_engine(context_handle context, ssl_handle ssl, std::string host)
    : context_(std::move(context)), ssl_(std::move(ssl)),
      host_(std::move(host)) {
    // Owned by the SSL object from here on.
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_.get());
    SSL_do_handshake(ssl_.get());
    ERR_clear_error();
  }

  result<void> receive(std::string_view wire, std::string& plain) override {
    BIO_write(SSL_get_rbio(ssl_.get()), wire.data(),
              static_cast<int>(wire.size()));
    if (!established()) {
      if (auto done = shake_hands(); !done || !established())
        return done;
      if (auto sent = send(std::exchange(waiting_, {})); !sent)
        return sent;
    }
    std::array<char, 16'384> part{};
    for (;;) {
      const int got =
        SSL_read(ssl_.get(), part.data(), static_cast<int>(part.size()));
      if (got <= 0)
        return judge(got);
      plain.append(part.data(), static_cast<std::size_t>(got));
    }
  }

  result<void> send(std::string_view plain) override {
    if (!established()) {
      waiting_ += plain;
      return {};
    }
    if (plain.empty())
      return {};
    const int put =
      SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size()));
    return put > 0 ? result<void>{} : judge(put);
  }

  void take_wire(std::string& out) override {
    std::array<char, 16'384> part{};
    auto* wire = SSL_get_wbio(ssl_.get());
    for (int got = BIO_read(wire, part.data(), part.size()); got > 0;
         got = BIO_read(wire, part.data(), part.size()))
      out.append(part.data(), static_cast<std::size_t>(got));
  }

  [[nodiscard]] bool established() const noexcept override {
    return SSL_is_init_finished(ssl_.get()) == 1;
  }

private:
  result<void> shake_hands() {
    const int done = SSL_do_handshake(ssl_.get());
    if (done == 1)
      return {};
    const auto verified = SSL_get_verify_result(ssl_.get());
    if (SSL_get_error(ssl_.get(), done) == SSL_ERROR_SSL
        && verified != X509_V_OK) {
      ERR_clear_error();
      return error{errc::permission_denied,
                   fmt::format("the certificate of {} is not trusted: {}",
                               host_, X509_verify_cert_error_string(verified))};
    }
    return judge(done);
  }

  /// What a call that did nothing means.
  result<void> judge(int outcome) {
    switch (SSL_get_error(ssl_.get(), outcome)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      ERR_clear_error();
      return {};
    case SSL_ERROR_ZERO_RETURN:
      return error{errc::unreachable, "the server ended the connection"};
    default:
      return error{established() ? errc::corrupt : errc::permission_denied,
                   fmt::format("TLS with {}: {}", host_, newest_reason())};
    }
  }

  context_handle context_;
  ssl_handle ssl_;
  std::string host_;
  /// Sent once the handshake is done.
  std::string waiting_;
};

} // namespace

result<std::unique_ptr<tls_engine>>
open_openssl_tls_engine(const amqp::server_address& server) {
  context_handle context{SSL_CTX_new(TLS_client_method())};
  if (!context)
    return error{errc::internal, newest_reason()};
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (auto loaded = load_files(context.get(), server); !loaded)
    return loaded.failure();
  ssl_handle ssl{SSL_new(context.get())};
  if (!ssl)
    return error{errc::internal, newest_reason()};
  auto* expected = SSL_get0_param(ssl.get());
  // An address is compared with the addresses of a certificate, not its names.
  if (X509_VERIFY_PARAM_set1_ip_asc(expected, server.host.c_str()) != 1) {
    ERR_clear_error();
    X509_VERIFY_PARAM_set1_host(expected, server.host.c_str(), 0);
    SSL_set_tlsext_host_name(ssl.get(), server.host.c_str());
  }
  return std::unique_ptr<tls_engine>{std::make_unique<openssl_tls_engine>(
    std::move(context), std::move(ssl), server.host)};
}

} // namespace troupe::io
