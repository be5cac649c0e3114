#pragma once

#include <cstdint>
#include <string_view>

namespace troupe::audio {

/// Bytes of the ID3v2 tag that a file begins with, its own header and footer
/// included; 0 without one. The audio starts behind it.
/// @param head the file's first bytes; 10 are enough
/// Source: ID3v2.4.0, main structure, sections 3.1 and 3.4.
[[nodiscard]] std::int64_t id3_tag_bytes(std::string_view head) noexcept;

/// What an MP3's first frame says about the file's length.
struct mp3_length {
  bool is_mp3 = false;
  /// A Xing or Info header counts the frames.
  bool is_stated = false;
  /// The file length, in bytes, that makes a decoder go to the file's end.
  std::int64_t bytes = 0;
};

/// Without a Xing header a decoder divides the file's length by that of the
/// first frame and stops there, which cuts most of a variable-rate file that
/// begins loud; `bytes` is then far more than any file can hold. With one, it
/// compares lengths and complains on stderr, unless they agree; `bytes` is
/// then the stated one.
/// @param head bytes from `start` on; 256 are enough
/// @param start where the audio starts, in bytes, see `id3_tag_bytes`
/// @param file_bytes the file's true length
[[nodiscard]] mp3_length mp3_length_of(std::string_view head,
                                       std::int64_t start,
                                       std::int64_t file_bytes) noexcept;

/// Frames that a WAV header promises when the file is over 1 % shorter than it
/// says, where a decoder would tacitly shorten the claim; 0 when nothing is
/// missing. Sizes near or over 2 GiB are what writers to a pipe leave behind,
/// and promise nothing.
/// @param head the file's first bytes; 8 are enough
/// @param file_bytes the file's true length, over 0
/// @param frames those that the decoder finds in the file
[[nodiscard]] std::int64_t frames_promised_by_wav(std::string_view head,
                                                  std::int64_t file_bytes,
                                                  std::int64_t frames) noexcept;

} // namespace troupe::audio
