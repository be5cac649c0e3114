#include "io/image/spng_image_codec.hpp"

#include "domain/image/orientation.hpp"

#include <fmt/core.h>
#include <spng.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace troupe::io {

namespace {

struct context_freer {
  void operator()(spng_ctx* context) const noexcept {
    spng_ctx_free(context);
  }
};

using context_handle = std::unique_ptr<spng_ctx, context_freer>;

/// Profiles and texts unpack to no more than this together.
constexpr std::size_t ancillary_bytes_max = 32U << 20;

/// The single place where libspng's codes become ours.
error to_error(int code) {
  switch (code) {
  case SPNG_EMEM:
  case SPNG_EOVERFLOW:
  case SPNG_EUSER_WIDTH:
  case SPNG_EUSER_HEIGHT:
    return {errc::too_large,
            fmt::format("png: {}; make it smaller", spng_strerror(code))};
  default:
    return {errc::corrupt,
            fmt::format("png: {}; restore the file", spng_strerror(code))};
  }
}

// -- the reader ---------------------------------------------------------------

/// Thread affinity: one thread at a time. Blocks on nothing; leaves nothing.
/// Rows are decoded as they are asked for; an interlaced picture, whose first
/// row is complete only with its last, is decoded as a whole.
class spng_reader final : public image_reader {
public:
  explicit spng_reader(context_handle context) : context_(std::move(context)) {}

  result<void> open(std::span<const std::uint8_t> bytes,
                    const decode_wishes& wishes) {
    auto* png = context_.get();
    spng_set_crc_action(png, SPNG_CRC_ERROR, SPNG_CRC_DISCARD);
    spng_set_chunk_limits(png, bytes.size(), ancillary_bytes_max);
    spng_set_png_buffer(png, bytes.data(), bytes.size());
    spng_ihdr claims{};
    if (const int code = spng_get_ihdr(png, &claims); code != 0)
      return to_error(code);
    header_.format = image_format::png;
    header_.size = {claims.width, claims.height};
    header_.stored = header_.size;
    header_.sample_bits = wishes.deep && claims.bit_depth == 16 ? 16 : 8;
    interlaced_ = claims.interlace_method != 0;
    if (auto fits = check(wishes.limits); !fits)
      return fits;
    // Reads everything in front of the pixels.
    spng_trns transparency{};
    header_.has_alpha =
      spng_get_trns(png, &transparency) == 0 || (claims.color_type & 4) != 0;
    read_ancillary();
    return {};
  }

  [[nodiscard]] const image_header& header() const noexcept override {
    return header_;
  }

  void scale_down(int) override {}

  result<void> read_rows(std::uint8_t* rows, std::size_t stride,
                         std::uint32_t count) override {
    if (auto started = start(); !started)
      return started;
    const auto bytes = header_.row_bytes();
    for (std::uint32_t y = 0; y < count; ++y, ++row_) {
      auto* to = rows + y * stride;
      if (interlaced_) {
        std::memcpy(to, whole_.data() + row_ * bytes, bytes);
        continue;
      }
      const int code = spng_decode_row(context_.get(), to, bytes);
      if (code != 0 && code != SPNG_EOI)
        return at_row(code);
    }
    return {};
  }

  [[nodiscard]] std::string damage() const override {
    return {};
  }

private:
  [[nodiscard]] result<void> check(const image_limits& limits) const {
    const auto size = header_.size;
    if (size.pixels() > limits.pixels_max)
      return error{errc::too_large,
                   fmt::format("png: {} x {} pixels are more than {}; raise "
                               "library.pixels_max",
                               size.width, size.height, limits.pixels_max)};
    const auto bytes =
      interlaced_ ? std::uint64_t{header_.row_bytes()} * size.height : 0;
    if (bytes > limits.working_bytes_max)
      return error{errc::too_large,
                   fmt::format("png: {} x {} interlaced pixels need {} bytes; "
                               "save it without interlacing",
                               size.width, size.height, bytes)};
    return {};
  }

  void read_ancillary() {
    spng_iccp profile{};
    if (spng_get_iccp(context_.get(), &profile) == 0)
      header_.icc.assign(profile.profile,
                         profile.profile + profile.profile_len);
    spng_exif exif{};
    if (spng_get_exif(context_.get(), &exif) == 0)
      header_.exif.assign(exif.data, exif.data + exif.length);
    header_.orientation = image::orientation_of(header_.exif);
  }

  result<void> start() {
    if (started_)
      return {};
    started_ = true;
    const int format =
      header_.sample_bits == 16 ? SPNG_FMT_RGBA16 : SPNG_FMT_RGBA8;
    int code = 0;
    if (interlaced_) {
      whole_.resize(header_.row_bytes() * header_.size.height);
      code = spng_decode_image(context_.get(), whole_.data(), whole_.size(),
                               format, SPNG_DECODE_TRNS);
    } else {
      code = spng_decode_image(context_.get(), nullptr, 0, format,
                               SPNG_DECODE_TRNS | SPNG_DECODE_PROGRESSIVE);
    }
    return code == 0 ? result<void>{} : to_error(code);
  }

  [[nodiscard]] error at_row(int code) const {
    auto failure = to_error(code);
    failure.detail =
      fmt::format("png: row {} of {}: {}; restore the file", row_,
                  header_.size.height, spng_strerror(code));
    return failure;
  }

  context_handle context_;
  image_header header_;
  std::vector<std::uint8_t> whole_;
  std::uint32_t row_ = 0;
  bool interlaced_ = false;
  bool started_ = false;
};

class spng_image_codec final : public image_codec {
public:
  [[nodiscard]] bool
  reads(std::span<const std::uint8_t> bytes) const noexcept override {
    constexpr std::array<std::uint8_t, 4> mark{0x89, 'P', 'N', 'G'};
    return bytes.size() >= mark.size()
           && std::equal(mark.begin(), mark.end(), bytes.begin());
  }

  [[nodiscard]] result<std::unique_ptr<image_reader>>
  open(std::span<const std::uint8_t> bytes,
       const decode_wishes& wishes) const override {
    context_handle context{spng_ctx_new(0)};
    if (context == nullptr)
      return error{errc::too_large, "png: out of memory; close something"};
    auto reader = std::make_unique<spng_reader>(std::move(context));
    if (auto opened = reader->open(bytes, wishes); !opened)
      return opened.failure();
    return std::unique_ptr<image_reader>{std::move(reader)};
  }

  [[nodiscard]] std::string version() const override {
    return fmt::format("libspng-{}", spng_version_string());
  }
};

} // namespace

std::unique_ptr<image_codec> open_spng_image_codec() {
  return std::make_unique<spng_image_codec>();
}

} // namespace troupe::io
