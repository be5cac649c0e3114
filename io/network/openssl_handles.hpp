#pragma once

#include "domain/ports/certificate_authority.hpp"
#include "domain/result.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

// OpenSSL's own names.
struct x509_st;
struct evp_pkey_st;

namespace troupe::io {

/// Owners of OpenSSL's objects.
struct openssl_closer {
  void operator()(x509_st* x) const noexcept;
  void operator()(evp_pkey_st* x) const noexcept;
};

using certificate_handle = std::unique_ptr<x509_st, openssl_closer>;
using key_handle = std::unique_ptr<evp_pkey_st, openssl_closer>;

/// The newest reason that the library gives, and none left behind.
[[nodiscard]] std::string newest_openssl_reason();

/// What is in a PEM text, in its order; the first certificate is the holder's.
struct pem_contents {
  /// May be null.
  key_handle key;
  std::vector<certificate_handle> certificates;
};

[[nodiscard]] pem_contents parse_pem(std::string_view text);

/// PEM. @pre neither is null
[[nodiscard]] std::string format_pem(const x509_st& certificate);
[[nodiscard]] std::string format_pem(const evp_pkey_st& key);

/// What a certificate says. @returns `errc::not_authorised` when it names no
/// role
[[nodiscard]] result<certificate_facts> facts_of(const x509_st& certificate);

/// SHA-256, hexadecimal.
[[nodiscard]] std::string fingerprint_of(const x509_st& certificate);

/// The prefix of the URI, in the subject alternative name, that names a role.
inline constexpr std::string_view role_uri = "urn:troupe:role:";

} // namespace troupe::io
