#include "io/network/openssl_tls_context.hpp"

#include "io/network/openssl_handles.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace troupe::io {

namespace {

struct context_closer {
  void operator()(SSL_CTX* x) const noexcept {
    SSL_CTX_free(x);
  }
};

using context_handle = std::unique_ptr<SSL_CTX, context_closer>;

constexpr mode_t open_to_others = 0077;

class loaded_context final : public tls_context {
public:
  loaded_context(context_handle context, bool is_private,
                 certificate_facts facts)
    : context_(std::move(context)), is_private_(is_private),
      facts_(std::move(facts)) {}

  [[nodiscard]] SSL_CTX* handle() const noexcept override {
    return context_.get();
  }

  [[nodiscard]] bool is_private() const noexcept override {
    return is_private_;
  }

  [[nodiscard]] const certificate_facts& shows() const noexcept override {
    return facts_;
  }

private:
  context_handle context_;
  bool is_private_;
  certificate_facts facts_;
};

// -- a public server's client -------------------------------------------------

error unusable(const std::string& file) {
  return {errc::permission_denied,
          fmt::format("broker: TLS file {} cannot be used: {}", file,
                      newest_openssl_reason())};
}

result<void> load_files(SSL_CTX* context, const tls_client_files& files) {
  const int trusted =
    files.ca_file.empty()
      ? SSL_CTX_set_default_verify_paths(context)
      : SSL_CTX_load_verify_locations(context, files.ca_file.c_str(), nullptr);
  if (trusted != 1)
    return unusable(files.ca_file);
  if (files.certificate_file.empty())
    return {};
  if (SSL_CTX_use_certificate_chain_file(context,
                                         files.certificate_file.c_str())
      != 1)
    return unusable(files.certificate_file);
  const auto& key =
    files.key_file.empty() ? files.certificate_file : files.key_file;
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    return unusable(key);
  return {};
}

// -- a private authority's peer -----------------------------------------------

result<std::string> read_private(const std::string& file) {
  struct stat info {};

  if (::stat(file.c_str(), &info) != 0)
    return error{errno == ENOENT ? errc::not_found : errc::permission_denied,
                 fmt::format("certificate: {}: {}", file,
                             std::generic_category().message(errno))};
  if ((info.st_mode & open_to_others) != 0)
    return error{errc::permission_denied,
                 fmt::format("certificate: {}: other users may read its key; "
                             "close it by: chmod 600 {}",
                             file, file)};
  std::ifstream stream{file, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{stream}, {}};
  if (stream.bad() || !stream.is_open())
    return error{errc::permission_denied,
                 fmt::format("certificate: {}: cannot be read", file)};
  return text;
}

error damaged(const std::string& file, std::string_view why) {
  return {errc::corrupt,
          fmt::format("certificate: {}: {}; make a new one by: troupe certs "
                      "issue",
                      file, why)};
}

/// Key, certificate and authority belong together.
result<certificate_facts> check(const pem_contents& found,
                                const std::string& file, std::int64_t now_s) {
  if (!found.key)
    return damaged(file, "no key in it");
  if (found.certificates.empty())
    return damaged(file, "no certificate in it");
  if (found.certificates.size() != 2)
    return damaged(file, "no authority's certificate in it");
  auto* own = found.certificates.front().get();
  auto* authority = found.certificates.back().get();
  if (X509_check_private_key(own, found.key.get()) != 1)
    return damaged(file, "key and certificate do not belong together");
  if (X509_check_ca(authority) == 0
      || X509_verify(own, X509_get0_pubkey(authority)) != 1)
    return damaged(file, "the authority in it did not sign its certificate");
  auto facts = facts_of(*own);
  ERR_clear_error();
  if (!facts)
    return error{facts.failure().code, fmt::format("certificate: {}: {}", file,
                                                   facts.failure().detail)};
  if (now_s < facts->not_before_s || now_s > facts->not_after_s)
    return error{
      errc::not_authorised,
      fmt::format("certificate: {}: it is {}; make a new one by: "
                  "troupe certs {}",
                  file,
                  now_s < facts->not_before_s ? "not valid yet" : "expired",
                  facts->role == basp::peer_role::node ? "renew" : "issue")};
  return facts;
}

} // namespace

result<std::shared_ptr<const tls_context>>
open_tls_client(const tls_client_files& files) {
  context_handle context{SSL_CTX_new(TLS_client_method())};
  if (!context)
    return error{errc::internal, newest_openssl_reason()};
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (auto loaded = load_files(context.get(), files); !loaded)
    return loaded.failure();
  return std::shared_ptr<const tls_context>{std::make_shared<loaded_context>(
    std::move(context), false, certificate_facts{})};
}

result<std::shared_ptr<const tls_context>>
open_tls_peer(const std::string& file, std::int64_t now_s) {
  const auto text = read_private(file);
  if (!text)
    return text.failure();
  const auto found = parse_pem(*text);
  auto facts = check(found, file, now_s);
  if (!facts)
    return facts.failure();
  context_handle context{SSL_CTX_new(TLS_method())};
  if (!context)
    return error{errc::internal, newest_openssl_reason()};
  auto* raw = context.get();
  SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION);
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     nullptr);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 0);
  SSL_CTX_set_options(raw, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  const bool taken =
    SSL_CTX_use_certificate(raw, found.certificates.front().get()) == 1
    && SSL_CTX_use_PrivateKey(raw, found.key.get()) == 1
    && X509_STORE_add_cert(SSL_CTX_get_cert_store(raw),
                           found.certificates.back().get())
         == 1;
  if (!taken)
    return damaged(file, newest_openssl_reason());
  return std::shared_ptr<const tls_context>{std::make_shared<loaded_context>(
    std::move(context), true, std::move(facts.value()))};
}

} // namespace troupe::io
