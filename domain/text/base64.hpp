#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// `bytes` in base64 with padding (RFC 4648, section 4).
[[nodiscard]] std::string to_base64(std::string_view bytes);

/// The inverse; nothing for what is not base64. Line ends are skipped, since
/// many encoders break lines.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

} // namespace troupe
