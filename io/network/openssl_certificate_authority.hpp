#pragma once

#include "domain/ports/certificate_authority.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

// Certificates of a node's own authority: keys on P-256, SHA-256, X.509
// version 3. The role stands in the subject alternative name, as the URI
// "urn:troupe:role:viewer"; the name is the common name.

namespace troupe::io {

/// Makes an authority, valid for ten years. @param now_s seconds UTC
[[nodiscard]] result<std::unique_ptr<certificate_authority>>
make_openssl_certificate_authority(std::int64_t now_s);

/// One that was kept by its `pem()`. @param file for errors
/// @returns `errc::corrupt` when key or certificate are missing or do not
/// belong together
[[nodiscard]] result<std::unique_ptr<certificate_authority>>
open_openssl_certificate_authority(std::string_view pem,
                                   const std::string& file);

/// What the first certificate in a PEM text says. @param file for errors
/// @returns `errc::corrupt`, `errc::not_authorised` when it names no role
[[nodiscard]] result<certificate_facts>
read_certificate(std::string_view pem, const std::string& file);

} // namespace troupe::io
