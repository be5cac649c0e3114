#include "domain/library/media_kind.hpp"

namespace troupe {

std::string_view to_string(media_kind kind) noexcept {
  switch (kind) {
  case media_kind::audio:
    return "audio";
  case media_kind::image:
    return "image";
  case media_kind::text:
    return "text";
  }
  return "unknown";
}

std::optional<media_kind> parse_media_kind(std::string_view word) noexcept {
  for (const auto kind :
       {media_kind::audio, media_kind::image, media_kind::text})
    if (word == to_string(kind))
      return kind;
  return std::nullopt;
}

} // namespace troupe
