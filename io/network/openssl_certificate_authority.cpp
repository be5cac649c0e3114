#include "io/network/openssl_certificate_authority.hpp"

#include "io/network/openssl_handles.hpp"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <utility>

namespace troupe::io {

namespace {

constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t authority_days = 3'653;
// Clocks differ: a certificate is valid a little before it was made.
constexpr std::int64_t clock_slack_s = 3'600;
constexpr std::size_t name_max = 64;
// RFC 5280, 4.1.2.2: positive, at most 20 octets.
constexpr int serial_bits = 127;

error failure(std::string_view what) {
  return {errc::internal,
          fmt::format("certs: {}: {}", what, newest_openssl_reason())};
}

bool is_name(std::string_view name) {
  constexpr std::string_view allowed =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= name_max
         && name.find_first_not_of(allowed) == std::string_view::npos;
}

/// What goes into a certificate besides its key.
struct contents {
  std::string name;
  std::int64_t not_before_s = 0;
  std::int64_t not_after_s = 0;
  /// Extension number and value, as openssl.cnf spells it.
  std::vector<std::pair<int, std::string>> extensions;
};

bool set_serial(X509* certificate) {
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number{BN_new(), BN_free};
  return number
         && BN_rand(number.get(), serial_bits, BN_RAND_TOP_ONE,
                    BN_RAND_BOTTOM_ANY)
              == 1
         && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate))
              != nullptr;
}

bool add_extension(X509* certificate, X509* issuer, int number,
                   const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> made{
    X509V3_EXT_conf_nid(nullptr, &context, number, value.c_str()),
    X509_EXTENSION_free};
  return made && X509_add_ext(certificate, made.get(), -1) == 1;
}

/// @param issuer null: it certifies itself
result<certificate_handle> certify(const contents& what, EVP_PKEY* key,
                                   X509* issuer, EVP_PKEY* issuer_key) {
  certificate_handle made{X509_new()};
  auto* certificate = made.get();
  const auto* name = reinterpret_cast<const unsigned char*>(what.name.c_str());
  auto* subject = X509_get_subject_name(certificate);
  bool done =
    X509_set_version(certificate, 2) == 1 && set_serial(certificate)
    && X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, name,
                                  -1, -1, 0)
         == 1
    && X509_set_pubkey(certificate, key) == 1
    && ASN1_TIME_set(X509_getm_notBefore(certificate), what.not_before_s)
         != nullptr
    && ASN1_TIME_set(X509_getm_notAfter(certificate), what.not_after_s)
         != nullptr;
  auto* by = issuer == nullptr ? certificate : issuer;
  done =
    done && X509_set_issuer_name(certificate, X509_get_subject_name(by)) == 1;
  for (const auto& [number, value] : what.extensions)
    done = done && add_extension(certificate, by, number, value);
  if (!done || X509_sign(certificate, issuer_key, EVP_sha256()) == 0)
    return failure("certify");
  return made;
}

class openssl_authority final : public certificate_authority {
public:
  openssl_authority(key_handle key, certificate_handle certificate)
    : key_(std::move(key)), certificate_(std::move(certificate)) {}

  result<std::string> issue(const certificate_order& order) override {
    if (!is_name(order.name))
      return error{errc::invalid_argument,
                   fmt::format("certs: {}: a name has 1 to {} characters of "
                               "A-Z, a-z, 0-9, '.', '_' and '-'",
                               order.name, name_max)};
    const key_handle key{EVP_EC_gen("P-256")};
    if (!key)
      return failure("make a key");
    const contents what{
      order.name,
      order.not_before_s,
      order.not_after_s,
      {{NID_basic_constraints, "critical,CA:FALSE"},
       {NID_key_usage, "critical,digitalSignature"},
       {NID_ext_key_usage,
        order.role == basp::peer_role::node ? "serverAuth" : "clientAuth"},
       {NID_subject_key_identifier, "hash"},
       {NID_authority_key_identifier, "keyid"},
       {NID_subject_alt_name,
        fmt::format("URI:{}{}", role_uri, basp::to_string(order.role))}}};
    const auto made = certify(what, key.get(), certificate_.get(), key_.get());
    if (!made)
      return made.failure();
    return format_pem(*key) + format_pem(**made) + format_pem(*certificate_);
  }

  [[nodiscard]] std::string pem() const override {
    return format_pem(*key_) + format_pem(*certificate_);
  }

  [[nodiscard]] std::string fingerprint() const override {
    return fingerprint_of(*certificate_);
  }

private:
  key_handle key_;
  certificate_handle certificate_;
};

} // namespace

result<std::unique_ptr<certificate_authority>>
make_openssl_certificate_authority(std::int64_t now_s) {
  key_handle key{EVP_EC_gen("P-256")};
  if (!key)
    return failure("make a key");
  const contents what{"troupe authority",
                      now_s - clock_slack_s,
                      now_s + authority_days * day_s,
                      {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                       {NID_key_usage, "critical,keyCertSign"},
                       {NID_subject_key_identifier, "hash"}}};
  auto made = certify(what, key.get(), nullptr, key.get());
  if (!made)
    return made.failure();
  return std::unique_ptr<certificate_authority>{
    std::make_unique<openssl_authority>(std::move(key),
                                        std::move(made.value()))};
}

result<std::unique_ptr<certificate_authority>>
open_openssl_certificate_authority(std::string_view pem,
                                   const std::string& file) {
  auto found = parse_pem(pem);
  if (!found.key || found.certificates.empty()
      || X509_check_private_key(found.certificates.front().get(),
                                found.key.get())
           != 1)
    return error{errc::corrupt,
                 fmt::format("certs: {}: no authority's key and certificate "
                             "in it; restore it from a backup, or remove it "
                             "and issue every certificate again",
                             file)};
  return std::unique_ptr<certificate_authority>{
    std::make_unique<openssl_authority>(std::move(found.key),
                                        std::move(found.certificates.front()))};
}

result<certificate_facts> read_certificate(std::string_view pem,
                                           const std::string& file) {
  const auto found = parse_pem(pem);
  if (found.certificates.empty())
    return error{errc::corrupt,
                 fmt::format("certs: {}: no certificate in it", file)};
  auto facts = facts_of(*found.certificates.front());
  if (!facts)
    return error{facts.failure().code,
                 fmt::format("certs: {}: {}", file, facts.failure().detail)};
  return facts;
}

} // namespace troupe::io
