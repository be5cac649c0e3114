#pragma once

#include "domain/ports/certificate_authority.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <memory>
#include <string>

// OpenSSL's own name.
struct ssl_ctx_st;

namespace troupe::io {

/// What an end of TLS shows and believes: certificates, loaded once and
/// shared by its connections. Thread-safe.
class tls_context {
public:
  virtual ~tls_context() = default;

  /// Borrowed.
  [[nodiscard]] virtual ssl_ctx_st* handle() const noexcept = 0;

  /// The other end must show a certificate of the same private authority, and
  /// its host's name does not matter.
  [[nodiscard]] virtual bool is_private() const noexcept = 0;

  /// Whose certificate it shows. @pre `is_private()`
  [[nodiscard]] virtual const certificate_facts& shows() const noexcept = 0;
};

/// The client of a public server, whose certificate must be trusted and name
/// the host. Version 1.2 or later.
struct tls_client_files {
  /// Authorities; empty: those of the system.
  std::string ca_file;
  /// Empty: shows none.
  std::string certificate_file;
  /// Empty: in the certificate's file.
  std::string key_file;
};

/// @returns `errc::permission_denied` for a file that cannot be used, naming
/// it
[[nodiscard]] result<std::shared_ptr<const tls_context>>
open_tls_client(const tls_client_files& files);

/// Either end between hosts of one private authority: both show a certificate,
/// version 1.3 alone, no session is resumed.
/// @param file PEM: key, certificate, authority; others may not read it
/// @param now_s seconds UTC, for the check that it is valid now
/// @returns naming the file: `errc::not_found`, `errc::permission_denied`
/// (others may read it), `errc::corrupt` (no key, certificate or authority in
/// it, or they do not belong together), `errc::not_authorised` (not valid yet
/// or any more, or without a role)
[[nodiscard]] result<std::shared_ptr<const tls_context>>
open_tls_peer(const std::string& file, std::int64_t now_s);

} // namespace troupe::io
