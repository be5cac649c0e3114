#pragma once

#include <string>
#include <string_view>

namespace troupe {

/// `bytes` as valid UTF-8: each byte that belongs to no well-formed sequence
/// (RFC 3629: no overlong forms, no surrogates) becomes U+FFFD. For names and
/// tags that people will read; never for addressing a file.
[[nodiscard]] std::string to_utf8(std::string_view bytes);

} // namespace troupe
