#pragma once

#include "domain/ports/content_hash.hpp"

#include <memory>

namespace troupe::io {

/// SHA-256 by OpenSSL's EVP interface, with the processor's SHA instructions
/// where it has them. @returns `errc::internal` when SHA-256 is not provided.
[[nodiscard]] result<std::unique_ptr<content_hasher>>
open_openssl_content_hash();

} // namespace troupe::io
