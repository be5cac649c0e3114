#include "domain/library/mpeg_frame.hpp"

#include <array>
#include <cstddef>
#include <optional>

namespace troupe {

namespace {

/// One parsed frame header.
struct frame_header {
  std::size_t frame_bytes = 0;
  /// The bits that stay the same in all frames of one stream.
  std::uint32_t constant_bits = 0;
};

using header_parser =
  std::optional<frame_header> (*)(std::span<const std::uint8_t>) noexcept;

// -- MPEG audio ---------------------------------------------------------------

/// kbit/s by [table][bitrate index]; index 0 is "free format", refused.
constexpr std::array<std::array<std::uint16_t, 15>, 5> bitrates_kbps{{
  {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
  {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
  {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
  {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
  {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
}};

constexpr std::array<std::uint32_t, 3> mpeg1_rates_hz{44100, 48000, 32000};

/// Row of `bitrates_kbps` for an MPEG version and a layer.
std::size_t bitrate_row(bool mpeg1, unsigned layer) noexcept {
  if (mpeg1)
    return layer - 1;
  return layer == 1 ? 3 : 4;
}

std::optional<frame_header>
parse_mpeg(std::span<const std::uint8_t> at) noexcept {
  if (at.size() < 4 || at[0] != 0xFF || (at[1] & 0xE0U) != 0xE0U)
    return std::nullopt;
  const unsigned version = (at[1] >> 3U) & 3U; // 3 = 1, 2 = 2, 0 = 2.5
  const unsigned layer_code = (at[1] >> 1U) & 3U;
  const unsigned bitrate_index = at[2] >> 4U;
  const unsigned rate_index = (at[2] >> 2U) & 3U;
  const unsigned emphasis = at[3] & 3U;
  if (version == 1 || layer_code == 0 || bitrate_index == 0
      || bitrate_index == 15 || rate_index == 3 || emphasis == 2)
    return std::nullopt;
  const bool mpeg1 = version == 3;
  const unsigned layer = 4 - layer_code;
  const std::uint32_t divisor = mpeg1 ? 1 : (version == 2 ? 2 : 4);
  const std::uint32_t rate_hz = mpeg1_rates_hz.at(rate_index) / divisor;
  const std::uint32_t bitrate_bps =
    bitrates_kbps.at(bitrate_row(mpeg1, layer)).at(bitrate_index) * 1000U;
  const std::uint32_t padding = (at[2] >> 1U) & 1U;
  std::uint32_t bytes = 0;
  if (layer == 1)
    bytes = (12 * bitrate_bps / rate_hz + padding) * 4;
  else
    bytes =
      (layer == 3 && !mpeg1 ? 72U : 144U) * bitrate_bps / rate_hz + padding;
  return frame_header{bytes, (at[1] & 0x1EU) << 8U | (at[2] & 0x0CU)};
}

// -- ADTS ---------------------------------------------------------------------

std::optional<frame_header>
parse_adts(std::span<const std::uint8_t> at) noexcept {
  if (at.size() < 7 || at[0] != 0xFF || (at[1] & 0xF6U) != 0xF0U)
    return std::nullopt;
  const unsigned rate_index = (at[2] >> 2U) & 15U;
  const std::size_t bytes =
    (at[3] & 3U) << 11U | std::size_t{at[4]} << 3U | at[5] >> 5U;
  constexpr unsigned rates_defined = 13;
  constexpr std::size_t header_bytes = 7;
  if (rate_index >= rates_defined || bytes <= header_bytes)
    return std::nullopt;
  return frame_header{bytes, (at[1] & 0x08U) << 8U | (at[2] & 0xFCU)};
}

// -- chain --------------------------------------------------------------------

bool begins_chain(std::span<const std::uint8_t> head,
                  header_parser parse) noexcept {
  std::size_t offset = 0;
  while (offset < head.size() && head[offset] == 0)
    ++offset;
  std::optional<std::uint32_t> constant_bits;
  int frames = 0;
  while (frames < 3 && offset < head.size()) {
    const auto header = parse(head.subspan(offset));
    if (!header || (constant_bits && *constant_bits != header->constant_bits))
      return false;
    constant_bits = header->constant_bits;
    offset += header->frame_bytes;
    ++frames;
  }
  return frames == 3 || (frames == 2 && offset == head.size());
}

} // namespace

bool begins_mpeg_audio(std::span<const std::uint8_t> head) noexcept {
  return begins_chain(head, parse_mpeg);
}

bool begins_adts_audio(std::span<const std::uint8_t> head) noexcept {
  return begins_chain(head, parse_adts);
}

} // namespace troupe
