#include "domain/upscale/written_row.hpp"

#include <array>
#include <cassert>
#include <cstdint>
#include <cstring>

namespace troupe::upscale {

namespace {

template <class From, class To>
To narrowed(std::uint32_t value) noexcept {
  if constexpr (sizeof(From) == sizeof(To))
    return static_cast<To>(value);
  else
    return static_cast<To>((value + 128) / 257);
}

template <class From, class To>
void spread(std::span<const std::byte> row, std::size_t channels, bool on_white,
            std::span<std::byte> out) noexcept {
  constexpr std::uint32_t peak = sizeof(From) == 1 ? 255 : 65'535;
  const auto has_alpha = channels % 2 == 0;
  const auto pixel_bytes = channels * sizeof(From);
  auto* to = out.data();
  for (std::size_t at = 0; at < row.size(); at += pixel_bytes) {
    std::array<From, 4> in{};
    std::memcpy(in.data(), row.data() + at, pixel_bytes);
    const std::uint32_t alpha = has_alpha ? in[channels - 1] : peak;
    std::array<To, 4> made{};
    for (std::size_t c = 0; c < 3; ++c) {
      std::uint32_t value = in[channels < 3 ? 0 : c];
      if (on_white && alpha != peak)
        value = static_cast<std::uint32_t>(
          (std::uint64_t{value} * alpha + std::uint64_t{peak} * (peak - alpha)
           + peak / 2)
          / peak);
      made[c] = narrowed<From, To>(value);
    }
    made[3] = narrowed<From, To>(on_white ? peak : alpha);
    std::memcpy(to, made.data(), sizeof made);
    to += sizeof made;
  }
}

} // namespace

void spread_row(std::span<const std::byte> row, const row_format& from,
                bool on_white, const row_format& to,
                std::span<std::byte> out) noexcept {
  assert(to.channels == 4);
  assert(out.size() / to.pixel_bytes() == row.size() / from.pixel_bytes());
  assert(to.sample_bits <= from.sample_bits);
  if (from.sample_bits == 8)
    return spread<std::uint8_t, std::uint8_t>(row, from.channels, on_white,
                                              out);
  if (to.sample_bits == 8)
    return spread<std::uint16_t, std::uint8_t>(row, from.channels, on_white,
                                               out);
  spread<std::uint16_t, std::uint16_t>(row, from.channels, on_white, out);
}

} // namespace troupe::upscale
