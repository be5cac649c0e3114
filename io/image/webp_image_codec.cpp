#include "io/image/webp_image_codec.hpp"

#include "domain/image/orientation.hpp"

#include <fmt/core.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace troupe::io {

namespace {

struct demuxer_deleter {
  void operator()(WebPDemuxer* demuxer) const noexcept {
    WebPDemuxDelete(demuxer);
  }
};

using demuxer_handle = std::unique_ptr<WebPDemuxer, demuxer_deleter>;

/// The first frame, released with the object; borrows the demuxer.
class first_frame {
public:
  explicit first_frame(const WebPDemuxer* demuxer)
    : found_(WebPDemuxGetFrame(demuxer, 1, &iterator_) != 0) {}

  first_frame(const first_frame&) = delete;
  first_frame& operator=(const first_frame&) = delete;

  ~first_frame() {
    WebPDemuxReleaseIterator(&iterator_);
  }

  [[nodiscard]] bool found() const noexcept {
    return found_ && iterator_.complete != 0;
  }

  [[nodiscard]] const WebPIterator& operator*() const noexcept {
    return iterator_;
  }

private:
  WebPIterator iterator_{};
  bool found_;
};

error damaged(std::string_view what) {
  return {errc::corrupt, fmt::format("webp: {}; restore the file", what)};
}

std::vector<std::uint8_t> chunk_of(const WebPDemuxer* demuxer,
                                   const char* name) {
  WebPChunkIterator chunk{};
  std::vector<std::uint8_t> bytes;
  if (WebPDemuxGetChunk(demuxer, name, 1, &chunk) != 0)
    bytes.assign(chunk.chunk.bytes, chunk.chunk.bytes + chunk.chunk.size);
  WebPDemuxReleaseChunkIterator(&chunk);
  return bytes;
}

/// Some writers put JPEG's "Exif\0\0" in front of the block.
std::vector<std::uint8_t> without_name(std::vector<std::uint8_t> exif) {
  constexpr std::string_view name{"Exif\0\0", 6};
  if (exif.size() >= name.size()
      && std::equal(name.begin(), name.end(), exif.begin()))
    exif.erase(exif.begin(),
               exif.begin() + static_cast<std::ptrdiff_t>(name.size()));
  return exif;
}

// -- the reader ---------------------------------------------------------------

/// Thread affinity: one thread at a time. Blocks on nothing; leaves nothing.
/// The whole picture is decoded with the first rows.
class webp_reader final : public image_reader {
public:
  explicit webp_reader(demuxer_handle demuxer) : demuxer_(std::move(demuxer)) {}

  result<void> open(const image_limits& limits) {
    const auto* file = demuxer_.get();
    const auto flags = WebPDemuxGetI(file, WEBP_FF_FORMAT_FLAGS);
    header_.format = image_format::webp;
    header_.size = {WebPDemuxGetI(file, WEBP_FF_CANVAS_WIDTH),
                    WebPDemuxGetI(file, WEBP_FF_CANVAS_HEIGHT)};
    header_.stored = header_.size;
    header_.has_alpha = (flags & ALPHA_FLAG) != 0;
    header_.is_animated = (flags & ANIMATION_FLAG) != 0;
    const auto pixels = header_.size.pixels();
    if (pixels == 0)
      return damaged("the canvas has no pixels");
    if (pixels > limits.pixels_max || pixels * 4 > limits.working_bytes_max)
      return error{errc::too_large,
                   fmt::format("webp: {} x {} pixels are more than {}; raise "
                               "library.pixels_max",
                               header_.size.width, header_.size.height,
                               limits.pixels_max)};
    if ((flags & ICCP_FLAG) != 0)
      header_.icc = chunk_of(file, "ICCP");
    if ((flags & EXIF_FLAG) != 0)
      header_.exif = without_name(chunk_of(file, "EXIF"));
    header_.orientation = image::orientation_of(header_.exif);
    return {};
  }

  [[nodiscard]] const image_header& header() const noexcept override {
    return header_;
  }

  void scale_down(int) override {}

  result<void> read_rows(std::uint8_t* rows, std::size_t stride,
                         std::uint32_t count) override {
    if (whole_.empty())
      if (auto done = decode(); !done)
        return done;
    const auto bytes = header_.row_bytes();
    for (std::uint32_t y = 0; y < count; ++y, ++row_)
      std::memcpy(rows + y * stride, whole_.data() + row_ * bytes, bytes);
    return {};
  }

  [[nodiscard]] std::string damage() const override {
    return {};
  }

private:
  result<void> decode() {
    const first_frame frame{demuxer_.get()};
    if (!frame.found())
      return damaged("the picture is cut off");
    const auto& place = *frame;
    const auto width = static_cast<std::uint32_t>(place.width);
    const auto height = static_cast<std::uint32_t>(place.height);
    const auto left = static_cast<std::uint32_t>(place.x_offset);
    const auto top = static_cast<std::uint32_t>(place.y_offset);
    if (std::uint64_t{left} + width > header_.size.width
        || std::uint64_t{top} + height > header_.size.height)
      return damaged("the first frame lies outside of the canvas");
    if (header_.is_animated
        && (width != header_.size.width || height != header_.size.height))
      header_.has_alpha = true;
    const auto stride = header_.row_bytes();
    whole_.resize(stride * header_.size.height);
    auto* to = whole_.data() + top * stride + std::size_t{left} * 4;
    const auto room =
      whole_.size() - static_cast<std::size_t>(to - whole_.data());
    if (WebPDecodeRGBAInto(place.fragment.bytes, place.fragment.size, to, room,
                           static_cast<int>(stride))
        == nullptr) {
      whole_.clear();
      return damaged("the pixels cannot be decoded");
    }
    return {};
  }

  demuxer_handle demuxer_;
  image_header header_;
  std::vector<std::uint8_t> whole_;
  std::size_t row_ = 0;
};

class webp_image_codec final : public image_codec {
public:
  [[nodiscard]] bool
  reads(std::span<const std::uint8_t> bytes) const noexcept override {
    constexpr std::size_t mark_bytes = 12;
    return bytes.size() >= mark_bytes
           && std::memcmp(bytes.data(), "RIFF", 4) == 0
           && std::memcmp(bytes.data() + 8, "WEBP", 4) == 0;
  }

  [[nodiscard]] result<std::unique_ptr<image_reader>>
  open(std::span<const std::uint8_t> bytes,
       const decode_wishes& wishes) const override {
    const WebPData data{bytes.data(), bytes.size()};
    WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
    demuxer_handle demuxer{WebPDemuxPartial(&data, &state)};
    if (demuxer == nullptr || state < WEBP_DEMUX_PARSED_HEADER)
      return damaged("the header is damaged or cut off");
    auto reader = std::make_unique<webp_reader>(std::move(demuxer));
    if (auto opened = reader->open(wishes.limits); !opened)
      return opened.failure();
    return std::unique_ptr<image_reader>{std::move(reader)};
  }

  [[nodiscard]] std::string version() const override {
    constexpr int byte = 0xFF;
    const int number = WebPGetDecoderVersion();
    return fmt::format("libwebp-{}.{}.{}", number >> 16, number >> 8 & byte,
                       number & byte);
  }
};

} // namespace

std::unique_ptr<image_codec> open_webp_image_codec() {
  return std::make_unique<webp_image_codec>();
}

} // namespace troupe::io
