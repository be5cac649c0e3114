#pragma once

#include "domain/image/image_record.hpp"
#include "domain/image/pixel_source.hpp"

namespace troupe::image {

/// The longer side of the picture that descriptors look at; larger ones are
/// resized first (bilinear, as they are decoded), smaller ones stay.
inline constexpr std::uint32_t described_side_max = 512;

/// A picture as descriptors look at it, with what is known of its file.
struct seen_picture {
  /// Upright, opaque, its longer side at most `described_side_max`.
  picture pixels;
  /// As shown: upright, before it was made smaller.
  image_size size;
  decode_mode mode = decode_mode::exact;
  source_facts facts;
};

/// Decodes a file as far as descriptors need it. Memory: as `pixel_source`,
/// and a picture of `described_side_max`.
/// @returns the codec's errors
[[nodiscard]] result<seen_picture> see(const pixel_ports& ports,
                                       std::span<const std::uint8_t> bytes,
                                       const pixel_rules& rules);

/// Describes pictures: hashes and scene embedding.
///
/// Thread affinity: one thread at a time, for its scratch; about 3 MB.
class describer {
public:
  explicit describer(const square_fourier_source& transforms);

  [[nodiscard]] image_record describe(const seen_picture& seen);

  /// The scene embedding of upright opaque pixels.
  [[nodiscard]] scene_vector scene_of(const picture_view& rgba);

  /// The parts that `scene_of` joins, as they are measured.
  struct scene_parts {
    std::array<float, gist_numbers> gist{};
    std::array<float, color_layout_numbers> layout{};
  };

  [[nodiscard]] scene_parts measure(const picture_view& rgba);

private:
  gist_meter gist_;
};

} // namespace troupe::image
