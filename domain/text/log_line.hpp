#pragma once

#include "domain/ports/log_sink.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// "debug", "info", "warning" or "error".
[[nodiscard]] std::string_view to_string(log_level level) noexcept;

/// One event as a person reads it: `2024-05-01 12:00:00.123Z info  librarian:
/// text`. One line whatever the text: control characters and bytes that are
/// not UTF-8 appear as `\xNN`, a newline as `\n`. No newline at the end.
/// @param now_us microseconds since 1970-01-01 UTC, not negative
[[nodiscard]] std::string format_log_text(std::int64_t now_us, log_level level,
                                          std::string_view component,
                                          std::string_view text);

/// The same as one JSON object: `{"schema":1,"time":"2024-05-01T12:00:00.123Z",
/// "level":"info","component":"librarian","text":"…"}`. Valid JSON for any
/// bytes: what is not UTF-8 becomes U+FFFD. No newline at the end.
[[nodiscard]] std::string format_log_json(std::int64_t now_us, log_level level,
                                          std::string_view component,
                                          std::string_view text);

} // namespace troupe
