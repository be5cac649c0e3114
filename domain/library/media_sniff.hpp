#pragma once

#include "domain/library/media_kind.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// What a signature cannot tell.
struct sniff_rules {
  /// Extensions of text files, lower case, with their dot.
  std::vector<std::string> text_extensions{".txt", ".md"};
};

/// Bytes of a file's beginning that classification wants. Fewer are enough
/// when the file is shorter. 16 KiB hold eleven of the longest MP3 frames and
/// the first page of every stream of an Ogg file.
inline constexpr std::size_t sniff_head_bytes = 16384;

/// Decides what a file is to us, by its first bytes.
///
/// Order: a known signature wins, whatever the name says. Without one, an
/// extension in `rules` makes a non-empty text-like file text. Then a name
/// with an audio or image extension gives that kind, although the content is
/// something else or empty: the worker then fails with an error that names
/// the file, rather than nobody ever hearing of it. Anything else is nothing.
///
/// Ogg and MP4 files that hold video are not audio; an image format that no
/// decoder of ours reads is an image all the same.
/// @param head the first `sniff_head_bytes` bytes, or the whole file
/// @param file_name any path or name, raw bytes; only its extension counts
/// Complexity: O(head.size()).
[[nodiscard]] std::optional<media_kind>
sniff(std::span<const std::uint8_t> head, std::string_view file_name,
      const sniff_rules& rules);

/// The kind that the extension alone promises: audio, image, or text by
/// `rules`; nothing for other names. Case does not matter.
[[nodiscard]] std::optional<media_kind> kind_by_name(std::string_view file_name,
                                                     const sniff_rules& rules);

/// What bytes are to somebody who wants to decode them.
enum class content_class : std::uint8_t {
  /// Nothing certain: let the decoder try.
  unknown,
  /// Audio of a format that we decode.
  playable_audio,
  /// Audio of a codec that we have no decoder for.
  foreign_audio,
  /// A container for sound or film that we have no decoder for.
  foreign_media,
  image,
  /// Text, film, archives and all else.
  other,
};

/// A guess and its name for a person, to stand behind "the file holds".
struct content_guess {
  content_class kind = content_class::unknown;
  /// "plain text", "a ZIP archive", "an MPEG-4 video", "nothing (0 bytes)",
  /// "unrecognised data"; lives as long as the program.
  std::string_view name;
};

/// Guesses from content alone, whatever the file's name says.
/// @param head the first `sniff_head_bytes` bytes, or the whole file
/// Complexity: O(head.size()).
[[nodiscard]] content_guess guess_content(std::span<const std::uint8_t> head);

} // namespace troupe
