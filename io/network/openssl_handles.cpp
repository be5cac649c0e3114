#include "io/network/openssl_handles.hpp"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>

namespace troupe::io {

namespace {

struct bio_closer {
  void operator()(BIO* x) const noexcept {
    BIO_free(x);
  }
};

struct names_closer {
  void operator()(GENERAL_NAMES* x) const noexcept {
    GENERAL_NAMES_free(x);
  }
};

using bio_handle = std::unique_ptr<BIO, bio_closer>;

bio_handle reading(std::string_view text) {
  return bio_handle{
    BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

std::string text_of(BIO* bio) {
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

/// Nobody is asked for a password: a key that has one is not read.
int no_password(char*, int, int, void*) {
  return 0;
}

std::int64_t seconds_of(const ASN1_TIME* when) {
  std::tm parts{};
  if (when == nullptr || ASN1_TIME_to_tm(when, &parts) != 1)
    return 0;
  return timegm(&parts);
}

std::string common_name(const X509& certificate) {
  std::array<char, 128> name{};
  const int length =
    X509_NAME_get_text_by_NID(X509_get_subject_name(&certificate),
                              NID_commonName, name.data(), name.size());
  return length > 0 ? std::string{name.data(), static_cast<std::size_t>(length)}
                    : std::string{};
}

std::optional<basp::peer_role> role_of(const X509& certificate) {
  const std::unique_ptr<GENERAL_NAMES, names_closer> names{
    static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr))};
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const auto* each = sk_GENERAL_NAME_value(names.get(), i);
    if (each->type != GEN_URI)
      continue;
    const auto* uri = each->d.uniformResourceIdentifier;
    const std::string_view text{
      reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
      static_cast<std::size_t>(ASN1_STRING_length(uri))};
    if (text.starts_with(role_uri))
      return basp::parse_peer_role(text.substr(role_uri.size()));
  }
  return std::nullopt;
}

std::string serial_of(const X509& certificate) {
  std::string digits;
  const auto* serial = X509_get0_serialNumber(&certificate);
  for (int i = 0; i < serial->length; ++i)
    digits += fmt::format("{:02x}", serial->data[i]);
  return digits;
}

} // namespace

void openssl_closer::operator()(x509_st* x) const noexcept {
  X509_free(x);
}

void openssl_closer::operator()(evp_pkey_st* x) const noexcept {
  EVP_PKEY_free(x);
}

std::string newest_openssl_reason() {
  const auto code = ERR_peek_last_error();
  const auto* reason = ERR_reason_error_string(code);
  std::string text = reason != nullptr ? reason : "no reason given";
  ERR_clear_error();
  return text;
}

pem_contents parse_pem(std::string_view text) {
  pem_contents found;
  const auto keys = reading(text);
  found.key.reset(
    PEM_read_bio_PrivateKey(keys.get(), nullptr, no_password, nullptr));
  const auto certificates = reading(text);
  while (auto* each =
           PEM_read_bio_X509(certificates.get(), nullptr, no_password, nullptr))
    found.certificates.emplace_back(each);
  ERR_clear_error();
  return found;
}

std::string format_pem(const x509_st& certificate) {
  const bio_handle out{BIO_new(BIO_s_mem())};
  PEM_write_bio_X509(out.get(), &certificate);
  return text_of(out.get());
}

std::string format_pem(const evp_pkey_st& key) {
  const bio_handle out{BIO_new(BIO_s_mem())};
  PEM_write_bio_PrivateKey(out.get(), &key, nullptr, nullptr, 0, nullptr,
                           nullptr);
  return text_of(out.get());
}

result<certificate_facts> facts_of(const x509_st& certificate) {
  const auto role = role_of(certificate);
  if (!role)
    return error{errc::not_authorised,
                 "the certificate names no role; make one by: troupe certs "
                 "issue"};
  certificate_facts facts;
  facts.name = common_name(certificate);
  facts.role = *role;
  facts.not_before_s = seconds_of(X509_get0_notBefore(&certificate));
  facts.not_after_s = seconds_of(X509_get0_notAfter(&certificate));
  facts.serial = serial_of(certificate);
  facts.fingerprint = fingerprint_of(certificate);
  return facts;
}

std::string fingerprint_of(const x509_st& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  X509_digest(&certificate, EVP_sha256(), digest.data(), &size);
  std::string digits;
  for (unsigned i = 0; i < size; ++i)
    digits += fmt::format("{:02x}", digest.at(i));
  return digits;
}

} // namespace troupe::io
