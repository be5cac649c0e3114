#include "tools/image_adapters.hpp"

#include "io/image/lcms2_colour_profiles.hpp"
#include "io/image/libjpeg_image_codec.hpp"
#include "io/image/libjpeg_image_encoder.hpp"
#include "io/image/sniffing_image_codec.hpp"
#include "io/image/spng_image_codec.hpp"
#include "io/image/spng_image_encoder.hpp"
#include "io/image/webp_image_codec.hpp"
#include "io/image/webp_image_encoder.hpp"

#include <vector>

namespace troupe {

namespace {

class adapted_picture_decoder final : public picture_decoder {
public:
  [[nodiscard]] image::pixel_ports ports() const override {
    return adapters_.ports();
  }

  [[nodiscard]] std::string version() const override {
    return adapters_.codec->version();
  }

private:
  image_adapters adapters_ = open_image_adapters();
};

} // namespace

image_adapters open_image_adapters() {
  std::vector<std::unique_ptr<image_codec>> codecs;
  codecs.push_back(io::open_libjpeg_image_codec());
  codecs.push_back(io::open_spng_image_codec());
  codecs.push_back(io::open_webp_image_codec());
  std::vector<std::unique_ptr<image_encoder>> encoders;
  encoders.push_back(io::open_libjpeg_image_encoder());
  encoders.push_back(io::open_spng_image_encoder());
  encoders.push_back(io::open_webp_image_encoder());
  return {io::open_sniffing_image_codec(std::move(codecs)),
          io::open_lcms2_colour_profiles(),
          io::open_choosing_image_encoder(std::move(encoders))};
}

std::unique_ptr<picture_decoder> open_picture_decoder() {
  return std::make_unique<adapted_picture_decoder>();
}

} // namespace troupe
