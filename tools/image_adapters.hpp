#pragma once

#include "domain/image/pixel_source.hpp"
#include "domain/ports/image_encoder.hpp"
#include "domain/ports/picture_decoder.hpp"

#include <memory>

namespace troupe {

/// What reads and writes pictures, owned. Everything in it is thread-safe.
struct image_adapters {
  std::unique_ptr<image_codec> codec;
  std::unique_ptr<colour_profiles> profiles;
  std::unique_ptr<image_encoder> encoder;

  [[nodiscard]] image::pixel_ports ports() const {
    return {*codec, *profiles};
  }
};

/// Every codec, by content; every encoder, by format.
[[nodiscard]] image_adapters open_image_adapters();

/// Every codec, for the calling thread.
[[nodiscard]] std::unique_ptr<picture_decoder> open_picture_decoder();

} // namespace troupe
