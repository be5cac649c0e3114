#include "io/image/webp_image_encoder.hpp"

#include <fmt/core.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include <algorithm>
#include <cstring>

namespace troupe::io {

namespace {

struct mux_deleter {
  void operator()(WebPMux* mux) const noexcept {
    WebPMuxDelete(mux);
  }
};

using mux_handle = std::unique_ptr<WebPMux, mux_deleter>;

/// The single place where libwebp's codes become ours.
error to_error(int code) {
  return {code == VP8_ENC_ERROR_OUT_OF_MEMORY ? errc::too_large
                                              : errc::internal,
          fmt::format("webp: the encoder failed with code {}; use png", code)};
}

/// Bytes that libwebp owns.
class webp_bytes {
public:
  webp_bytes() = default;
  webp_bytes(const webp_bytes&) = delete;
  webp_bytes& operator=(const webp_bytes&) = delete;

  ~webp_bytes() {
    WebPDataClear(&data_);
  }

  [[nodiscard]] WebPData& data() noexcept {
    return data_;
  }

  [[nodiscard]] std::span<const std::uint8_t> view() const noexcept {
    return {data_.bytes, data_.size};
  }

private:
  WebPData data_{};
};

/// Frees what a picture and its writer hold.
struct encoding {
  WebPPicture picture{};
  WebPMemoryWriter memory{};

  encoding() {
    WebPPictureInit(&picture);
    WebPMemoryWriterInit(&memory);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &memory;
  }

  encoding(const encoding&) = delete;
  encoding& operator=(const encoding&) = delete;

  ~encoding() {
    WebPPictureFree(&picture);
    WebPMemoryWriterClear(&memory);
  }
};

/// Thread affinity: one thread at a time. Nothing reaches the sink before
/// `finish`.
class webp_writer final : public image_writer {
public:
  webp_writer(const encode_plan& plan, byte_sink sink)
    : plan_(plan), sink_(std::move(sink)) {
    rows_.reserve(plan.size.pixels() * image::pixel_bytes);
  }

  result<void> write_rows(const std::uint8_t* rows, std::size_t stride,
                          std::uint32_t count) override {
    const std::size_t bytes = plan_.size.width * image::pixel_bytes;
    for (std::uint32_t y = 0; y < count; ++y)
      rows_.insert(rows_.end(), rows + y * stride, rows + y * stride + bytes);
    return {};
  }

  result<void> finish() override {
    encoding work;
    if (auto done = encode(work); !done)
      return done;
    const std::span<const std::uint8_t> bare{work.memory.mem, work.memory.size};
    if (plan_.icc.empty() && plan_.exif.empty())
      return sink_(bare);
    return finish_with_blocks(bare);
  }

private:
  result<void> encode(encoding& work) {
    WebPConfig config{};
    WebPConfigInit(&config);
    config.quality = static_cast<float>(std::clamp(plan_.quality, 1, 100));
    config.lossless = plan_.lossless ? 1 : 0;
    auto& picture = work.picture;
    picture.use_argb = config.lossless;
    picture.width = static_cast<int>(plan_.size.width);
    picture.height = static_cast<int>(plan_.size.height);
    const int stride = picture.width * static_cast<int>(image::pixel_bytes);
    const int imported =
      plan_.with_alpha ? WebPPictureImportRGBA(&picture, rows_.data(), stride)
                       : WebPPictureImportRGBX(&picture, rows_.data(), stride);
    rows_ = {};
    if (imported == 0 || WebPEncode(&config, &picture) == 0)
      return to_error(picture.error_code);
    return {};
  }

  result<void> finish_with_blocks(std::span<const std::uint8_t> bare) {
    const mux_handle mux{WebPMuxNew()};
    const WebPData picture{bare.data(), bare.size()};
    const WebPData icc{plan_.icc.data(), plan_.icc.size()};
    const WebPData exif{plan_.exif.data(), plan_.exif.size()};
    constexpr int borrow = 0;
    webp_bytes whole;
    const bool fine =
      WebPMuxSetImage(mux.get(), &picture, borrow) == WEBP_MUX_OK
      && (icc.size == 0
          || WebPMuxSetChunk(mux.get(), "ICCP", &icc, borrow) == WEBP_MUX_OK)
      && (exif.size == 0
          || WebPMuxSetChunk(mux.get(), "EXIF", &exif, borrow) == WEBP_MUX_OK)
      && WebPMuxAssemble(mux.get(), &whole.data()) == WEBP_MUX_OK;
    return fine ? sink_(whole.view()) : to_error(VP8_ENC_ERROR_BAD_WRITE);
  }

  encode_plan plan_;
  byte_sink sink_;
  std::vector<std::uint8_t> rows_;
};

class webp_image_encoder final : public image_encoder {
public:
  [[nodiscard]] bool writes(image_format format) const noexcept override {
    return format == image_format::webp;
  }

  [[nodiscard]] result<std::unique_ptr<image_writer>>
  begin(const encode_plan& plan, byte_sink sink) const override {
    constexpr std::uint32_t side_max = WEBP_MAX_DIMENSION;
    if (plan.sample_bits != 8 || plan.size.pixels() == 0
        || plan.size.width > side_max || plan.size.height > side_max)
      return error{errc::invalid_argument,
                   fmt::format("webp: {} x {} pixels of {} bits cannot be "
                               "written (at most {} a side, 8 bits); use png",
                               plan.size.width, plan.size.height,
                               plan.sample_bits, side_max)};
    return std::unique_ptr<image_writer>{
      std::make_unique<webp_writer>(plan, std::move(sink))};
  }
};

} // namespace

std::unique_ptr<image_encoder> open_webp_image_encoder() {
  return std::make_unique<webp_image_encoder>();
}

} // namespace troupe::io
