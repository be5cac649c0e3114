#include "domain/audio/container_length.hpp"

#include <algorithm>
#include <cstddef>

namespace troupe::audio {

namespace {

std::uint32_t byte_at(std::string_view bytes, std::size_t offset) noexcept {
  return static_cast<unsigned char>(bytes[offset]);
}

/// @pre four bytes from `offset` on
std::uint32_t big_endian(std::string_view bytes, std::size_t offset) noexcept {
  return byte_at(bytes, offset) << 24U | byte_at(bytes, offset + 1) << 16U
         | byte_at(bytes, offset + 2) << 8U | byte_at(bytes, offset + 3);
}

/// @pre four bytes from `offset` on
std::uint32_t little_endian(std::string_view bytes,
                            std::size_t offset) noexcept {
  return byte_at(bytes, offset + 3) << 24U | byte_at(bytes, offset + 2) << 16U
         | byte_at(bytes, offset + 1) << 8U | byte_at(bytes, offset);
}

bool is_mp3_sync(std::string_view bytes) noexcept {
  return bytes.size() >= 2 && byte_at(bytes, 0) == 0xFF
         && (byte_at(bytes, 1) & 0xE6U) >= 0xE2U;
}

} // namespace

std::int64_t id3_tag_bytes(std::string_view head) noexcept {
  constexpr std::int64_t header_bytes = 10;
  if (head.size() < header_bytes || !head.starts_with("ID3"))
    return 0;
  // Seven bits of each byte count.
  std::int64_t bytes = 0;
  for (std::size_t i = 6; i < header_bytes; ++i)
    bytes = bytes << 7U | (byte_at(head, i) & 0x7FU);
  const bool has_footer = (byte_at(head, 5) & 0x10U) != 0;
  return bytes + (has_footer ? 2 : 1) * header_bytes;
}

mp3_length mp3_length_of(std::string_view head, std::int64_t start,
                         std::int64_t file_bytes) noexcept {
  if (!is_mp3_sync(head))
    return {false, false, file_bytes};
  // Over any ratio of two MP3 bit rates (320 : 8 kbit/s).
  constexpr std::int64_t longer_than_any = 64;
  // The header lies behind the side information, within 36 + 4 bytes.
  const auto near = head.substr(0, 64);
  const auto mark = std::min(near.find("Xing"), near.find("Info"));
  if (mark == std::string_view::npos || mark + 16 > head.size())
    return {true, false, file_bytes * longer_than_any};
  // Flag 1: a count of frames follows; flag 2: then one of bytes.
  const auto flags = big_endian(head, mark + 4);
  const bool states_frames = (flags & 1U) != 0;
  if ((flags & 3U) != 3U)
    return {true, states_frames, file_bytes};
  return {true, true, start + std::int64_t{big_endian(head, mark + 12)}};
}

std::int64_t frames_promised_by_wav(std::string_view head,
                                    std::int64_t file_bytes,
                                    std::int64_t frames) noexcept {
  if (head.size() < 8 || !head.starts_with("RIFF"))
    return 0;
  const auto stated = little_endian(head, 4);
  const double share =
    static_cast<double>(stated) / static_cast<double>(file_bytes);
  if (stated >= 0x7FFF0000U || share < 1.01)
    return 0;
  return static_cast<std::int64_t>(static_cast<double>(frames) * share);
}

} // namespace troupe::audio
