#include "io/network/openssl_tls_engine.hpp"

#include "io/network/openssl_handles.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <utility>

namespace troupe::io {

namespace {

struct ssl_closer {
  void operator()(SSL* x) const noexcept {
    SSL_free(x);
  }
};

using ssl_handle = std::unique_ptr<SSL, ssl_closer>;

/// A reason of the library that a certificate is to blame for, its own end's
/// or the other's.
bool blames_certificate(int reason) noexcept {
  switch (reason) {
  case SSL_R_CERTIFICATE_VERIFY_FAILED:
  case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
  case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
  case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
  case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
  case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
  case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
  case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
  case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    return true;
  default:
    return false;
  }
}

class openssl_tls_engine final : public tls_engine {
public:
  openssl_tls_engine(std::shared_ptr<const tls_context> context, ssl_handle ssl,
                     std::string host, bool serves)
    : context_(std::move(context)), ssl_(std::move(ssl)),
      host_(std::move(host)) {
    // Owned by the SSL object from here on.
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    if (serves) {
      SSL_set_accept_state(ssl_.get());
      return;
    }
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

  void end() override {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
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

  [[nodiscard]] result<certificate_facts> peer() const override {
    const auto* shown = SSL_get0_peer_certificate(ssl_.get());
    if (shown == nullptr)
      return error{errc::not_authorised,
                   fmt::format("{} shows no certificate", host_)};
    return facts_of(*shown);
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
      return error{distrust(),
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
      return error{errc::unreachable,
                   fmt::format("{} ended the connection", host_)};
    default:
      break;
    }
    // In version 1.3 a client learns after its handshake that the server
    // refuses its certificate.
    const int reason = ERR_GET_REASON(ERR_peek_last_error());
    const bool distrusted =
      blames_certificate(reason) || (!context_->is_private() && !established());
    return error{
      distrusted ? distrust() : errc::corrupt,
      fmt::format("TLS with {}: {}", host_, newest_openssl_reason())};
  }

  [[nodiscard]] errc distrust() const noexcept {
    return context_->is_private() ? errc::not_authorised
                                  : errc::permission_denied;
  }

  std::shared_ptr<const tls_context> context_;
  ssl_handle ssl_;
  std::string host_;
  /// Sent once the handshake is done.
  std::string waiting_;
};

} // namespace

result<std::unique_ptr<tls_engine>>
open_openssl_tls_client(std::shared_ptr<const tls_context> context,
                        const std::string& host) {
  ssl_handle ssl{SSL_new(context->handle())};
  if (!ssl)
    return error{errc::internal, newest_openssl_reason()};
  auto* expected = SSL_get0_param(ssl.get());
  // An address is compared with the addresses of a certificate, not its names.
  if (!context->is_private()
      && X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) != 1) {
    ERR_clear_error();
    X509_VERIFY_PARAM_set1_host(expected, host.c_str(), 0);
    SSL_set_tlsext_host_name(ssl.get(), host.c_str());
  }
  return std::unique_ptr<tls_engine>{std::make_unique<openssl_tls_engine>(
    std::move(context), std::move(ssl), host, false)};
}

result<std::unique_ptr<tls_engine>>
open_openssl_tls_server(std::shared_ptr<const tls_context> context,
                        const std::string& host) {
  ssl_handle ssl{SSL_new(context->handle())};
  if (!ssl)
    return error{errc::internal, newest_openssl_reason()};
  return std::unique_ptr<tls_engine>{std::make_unique<openssl_tls_engine>(
    std::move(context), std::move(ssl), host, true)};
}

} // namespace troupe::io
