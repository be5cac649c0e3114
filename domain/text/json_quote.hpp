#pragma once

#include <string>
#include <string_view>

namespace troupe {

/// `text` as a JSON string with its quotation marks (RFC 8259, section 7).
/// Valid for any bytes: what is not UTF-8 becomes U+FFFD.
[[nodiscard]] std::string json_quoted(std::string_view text);

} // namespace troupe
