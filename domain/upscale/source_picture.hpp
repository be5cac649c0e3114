#pragma once

#include "domain/image/pixel_source.hpp"
#include "domain/network/tensor_view.hpp"
#include "domain/result.hpp"
#include "domain/upscale/light_resampler.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace troupe::upscale {

/// A whole decoded picture, upright, in its own colours: what an UPSCALER
/// enlarges. Immutable once it is shared.
struct source_picture {
  image::image_size size;
  /// Grey pictures have one colour channel, opaque ones no alpha, whatever
  /// their file kept.
  row_format format;
  std::vector<std::byte> pixels;
  /// Of the file; decides whether the result keeps an alpha channel.
  bool has_alpha = false;
  image_format file_format = image_format::png;
  /// To be kept; empty where there is none, or it fits these pixels no more.
  std::vector<std::uint8_t> icc;
  /// To be kept, its orientation being 1 now.
  std::vector<std::uint8_t> exif;
  /// What a person should know.
  std::vector<std::string> notes;

  [[nodiscard]] std::size_t row_bytes() const noexcept {
    return size.width * format.pixel_bytes();
  }

  [[nodiscard]] network::pixel_view view() const noexcept {
    return {pixels.data(),   size.width,         size.height,
            format.channels, format.sample_bits, row_bytes()};
  }
};

/// Decodes a file: turned upright, 16 bits kept, inks made red, green and blue,
/// and colour bled under clear pixels. O(pixels).
/// @param bytes the whole file
/// @returns the codec's errors
[[nodiscard]] result<source_picture>
read_source(const image::pixel_ports& ports,
            std::span<const std::uint8_t> bytes, const image_limits& limits);

} // namespace troupe::upscale
