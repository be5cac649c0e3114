#pragma once

#include <string_view>

namespace troupe::audio {

/// What a file that is not decodable audio seems to hold.
enum class content_class {
  /// Nothing known: let the decoder try.
  unknown,
  /// Audio of a codec that we have no decoder for.
  foreign_audio,
  /// Not audio at all.
  other,
};

/// A guess and its name for a person, e.g. "plain text", "a JPEG picture".
struct content_guess {
  content_class kind = content_class::unknown;
  std::string_view name;
};

/// Guesses from the first bytes of a file; 512 are enough.
[[nodiscard]] content_guess guess_content(std::string_view head);

} // namespace troupe::audio
