#pragma once

#include "domain/ports/image_codec.hpp"

#include <memory>

namespace troupe {

/// Turns pixels of one profile into sRGB. Thread-safe.
class colour_transform {
public:
  virtual ~colour_transform() = default;

  /// Converts `count` pixels of four bytes in place; alpha is kept, CMYK comes
  /// out as opaque RGBA.
  virtual void apply(std::uint8_t* pixels, std::size_t count) const = 0;
};

/// Understands embedded colour profiles. Thread-safe.
class colour_profiles {
public:
  virtual ~colour_profiles() = default;

  /// The way from this profile to sRGB, perceptual intent; null when the
  /// profile is sRGB to within two steps of 255, so that nothing is to be done.
  /// @returns `errc::corrupt` for a profile that cannot be read, or is none
  /// for pixels of this layout: use the pixels as they are
  [[nodiscard]] virtual result<std::shared_ptr<const colour_transform>>
  to_srgb(std::span<const std::uint8_t> icc, sample_layout layout) const = 0;
};

} // namespace troupe
