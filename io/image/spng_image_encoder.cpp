#include "io/image/spng_image_encoder.hpp"

#include <fmt/core.h>
#include <spng.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>

namespace troupe::io {

namespace {

struct context_freer {
  void operator()(spng_ctx* context) const noexcept {
    spng_ctx_free(context);
  }
};

using context_handle = std::unique_ptr<spng_ctx, context_freer>;

/// zlib's level: half the time of its default 6, files 3 % larger.
constexpr int compression_level = 4;

/// The single place where libspng's codes become ours.
error to_error(int code) {
  return {errc::internal, fmt::format("png: {}; report it with the size of "
                                      "the picture",
                                      spng_strerror(code))};
}

/// Thread affinity: one thread at a time. What was written before a failure
/// is in the sink: a caller writes to a file that appears only when finished.
class spng_writer final : public image_writer {
public:
  spng_writer(context_handle context, byte_sink sink)
    : context_(std::move(context)), sink_(std::move(sink)) {}

  result<void> begin(const encode_plan& plan) {
    auto* png = context_.get();
    spng_set_png_stream(png, take, this);
    spng_set_option(png, SPNG_IMG_COMPRESSION_LEVEL, compression_level);
    spng_ihdr header{};
    header.width = plan.size.width;
    header.height = plan.size.height;
    header.bit_depth = static_cast<std::uint8_t>(plan.sample_bits);
    header.color_type = static_cast<std::uint8_t>(
      plan.with_alpha ? SPNG_COLOR_TYPE_TRUECOLOR_ALPHA
                      : SPNG_COLOR_TYPE_TRUECOLOR);
    if (const int code = spng_set_ihdr(png, &header); code != 0)
      return to_error(code);
    add_blocks(plan);
    sample_bytes_ = static_cast<std::size_t>(plan.sample_bits) / 8;
    with_alpha_ = plan.with_alpha;
    row_.resize(std::size_t{plan.size.width} * (with_alpha_ ? 4 : 3)
                * sample_bytes_);
    const int code =
      spng_encode_image(png, nullptr, 0, SPNG_FMT_PNG,
                        SPNG_ENCODE_PROGRESSIVE | SPNG_ENCODE_FINALIZE);
    return answer(code);
  }

  result<void> write_rows(const std::uint8_t* rows, std::size_t stride,
                          std::uint32_t count) override {
    for (std::uint32_t y = 0; y < count; ++y) {
      pack(rows + y * stride);
      const int code =
        spng_encode_row(context_.get(), row_.data(), row_.size());
      if (code == SPNG_EOI)
        done_ = true;
      else if (code != 0)
        return answer(code);
    }
    return {};
  }

  result<void> finish() override {
    if (!done_)
      return error{errc::internal, "png: rows are missing at the end; report "
                                   "it with the size of the picture"};
    return {};
  }

private:
  /// libspng's writing function.
  static int take(spng_ctx*, void* user, void* bytes, std::size_t length) {
    auto& self = *static_cast<spng_writer*>(user);
    auto done = self.sink_({static_cast<const std::uint8_t*>(bytes), length});
    if (done)
      return 0;
    self.refused_ = done.failure();
    return SPNG_IO_ERROR;
  }

  void add_blocks(const encode_plan& plan) {
    auto* png = context_.get();
    if (!plan.icc.empty()) {
      // libspng copies neither; it only reads them while it encodes.
      icc_.assign(plan.icc.begin(), plan.icc.end());
      spng_iccp profile{};
      constexpr std::string_view name = "ICC profile";
      std::copy(name.begin(), name.end(), std::begin(profile.profile_name));
      profile.profile_len = icc_.size();
      profile.profile = icc_.data();
      spng_set_iccp(png, &profile);
    }
    if (!plan.exif.empty()) {
      exif_.assign(plan.exif.begin(), plan.exif.end());
      spng_exif exif{};
      exif.length = exif_.size();
      exif.data = exif_.data();
      spng_set_exif(png, &exif);
    }
  }

  /// Without the fourth sample where it is not wanted.
  void pack(const std::uint8_t* row) {
    if (with_alpha_) {
      std::memcpy(row_.data(), row, row_.size());
      return;
    }
    const std::size_t from = 4 * sample_bytes_;
    const std::size_t to = 3 * sample_bytes_;
    for (std::size_t x = 0; x * to < row_.size(); ++x)
      std::memcpy(row_.data() + x * to, row + x * from, to);
  }

  result<void> answer(int code) const {
    if (code == 0)
      return {};
    return refused_ ? *refused_ : to_error(code);
  }

  context_handle context_;
  byte_sink sink_;
  std::optional<error> refused_;
  std::vector<std::uint8_t> row_;
  std::vector<char> icc_;
  std::vector<char> exif_;
  std::size_t sample_bytes_ = 1;
  bool with_alpha_ = false;
  bool done_ = false;
};

class spng_image_encoder final : public image_encoder {
public:
  [[nodiscard]] bool writes(image_format format) const noexcept override {
    return format == image_format::png;
  }

  [[nodiscard]] result<std::unique_ptr<image_writer>>
  begin(const encode_plan& plan, byte_sink sink) const override {
    if ((plan.sample_bits != 8 && plan.sample_bits != 16)
        || plan.size.pixels() == 0)
      return error{errc::invalid_argument,
                   fmt::format("png: {} x {} pixels of {} bits cannot be "
                               "written; use 8 or 16 bits",
                               plan.size.width, plan.size.height,
                               plan.sample_bits)};
    context_handle context{spng_ctx_new(SPNG_CTX_ENCODER)};
    if (context == nullptr)
      return error{errc::too_large, "png: out of memory; close something"};
    auto writer =
      std::make_unique<spng_writer>(std::move(context), std::move(sink));
    if (auto begun = writer->begin(plan); !begun)
      return begun.failure();
    return std::unique_ptr<image_writer>{std::move(writer)};
  }
};

} // namespace

std::unique_ptr<image_encoder> open_spng_image_encoder() {
  return std::make_unique<spng_image_encoder>();
}

} // namespace troupe::io
