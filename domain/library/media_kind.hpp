#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe {

/// What a file is to us. Persisted: append only, never renumber.
enum class media_kind : std::uint8_t {
  audio = 1,
  image = 2,
  text = 3,
};

/// "audio", "image" or "text".
[[nodiscard]] std::string_view to_string(media_kind kind) noexcept;

/// The inverse of `to_string`; nothing for any other word.
[[nodiscard]] std::optional<media_kind>
parse_media_kind(std::string_view word) noexcept;

} // namespace troupe
