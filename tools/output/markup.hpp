#pragma once

#include <string>
#include <string_view>

namespace troupe {

/// Text for HTML and SVG: `&<>"'` as entities, control characters gone, bytes
/// that are not UTF-8 replaced.
[[nodiscard]] std::string markup_text(std::string_view text);

/// A path, raw bytes, as RFC 3986 wants it in a URI: everything but unreserved
/// characters and `/` percent-encoded.
[[nodiscard]] std::string uri_path(std::string_view path);

} // namespace troupe
