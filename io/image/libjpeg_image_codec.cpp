#include "io/image/libjpeg_image_codec.hpp"

#include "domain/image/orientation.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// After <cstdio>, which it needs and does not include.
#include <jerror.h>
#include <jpeglib.h>

namespace troupe::io {

namespace {

/// Scans that a picture may refine itself in; real ones have about ten.
constexpr int scans_max = 100;

/// Scans times pixels: bounds the time that a picture of many scans can take
/// to about a minute, and lets one of 200 megapixels have 30.
constexpr double scanned_pixels_max = 6e9;

constexpr int exif_marker = JPEG_APP0 + 1;
constexpr int icc_marker = JPEG_APP0 + 2;
constexpr unsigned marker_bytes_max = 0xFFFF;

// -- the library's state ------------------------------------------------------

/// Everything that libjpeg touches. It reports a failure by a jump, so that
/// nothing with a destructor may live in functions between.
struct decompressor {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf escape{};
  std::array<char, JMSG_LENGTH_MAX> failure{};
  int failure_code = 0;
  /// The first thing that was wrong but could be lived with.
  std::array<char, JMSG_LENGTH_MAX> warning{};
};

decompressor& state_of(j_common_ptr info) {
  return *static_cast<decompressor*>(info->client_data);
}

[[noreturn]] void jump_out(j_common_ptr info) {
  auto& state = state_of(info);
  info->err->format_message(info, state.failure.data());
  state.failure_code = info->err->msg_code;
  std::longjmp(state.escape, 1);
}

void note_warning(j_common_ptr info, int level) {
  auto& state = state_of(info);
  if (level < 0 && state.warning.front() == '\0')
    info->err->format_message(info, state.warning.data());
}

void print_nothing(j_common_ptr) {}

/// Called between rows; stops pictures that refine themselves for ever.
void watch_scans(j_common_ptr common) {
  auto& state = state_of(common);
  const auto& info = state.info;
  const double pixels =
    static_cast<double>(info.image_width) * info.image_height;
  const int scan = info.input_scan_number;
  if (scan > scans_max || (scan > 1 && scan * pixels > scanned_pixels_max)) {
    std::snprintf(state.failure.data(), state.failure.size(),
                  "more than %d scans of %u x %u pixels", scan - 1,
                  info.image_width, info.image_height);
    state.failure_code = JERR_WIDTH_OVERFLOW;
    std::longjmp(state.escape, 1);
  }
}

/// Runs calls of the library. @returns false when it jumped out of them
template <class Calls>
[[gnu::noinline]] bool guarded(decompressor& state, const Calls& calls) {
  if (setjmp(state.escape) != 0)
    return false;
  calls();
  return true;
}

/// The single place where libjpeg's codes become ours.
error to_error(const decompressor& state) {
  switch (state.failure_code) {
  case JERR_WIDTH_OVERFLOW:
  case JERR_IMAGE_TOO_BIG:
  case JERR_OUT_OF_MEMORY:
    return {errc::too_large,
            fmt::format("jpeg: {}; make it smaller", state.failure.data())};
  case JERR_SOF_UNSUPPORTED:
  case JERR_BAD_PRECISION:
  case JERR_CONVERSION_NOTIMPL:
  case JERR_ARITH_NOTIMPL:
    return {errc::unsupported,
            fmt::format("jpeg: {}; convert it with: convert IN.jpg OUT.png",
                        state.failure.data())};
  default:
    return {errc::corrupt,
            fmt::format("jpeg: {}; restore the file", state.failure.data())};
  }
}

// -- what the markers hold ----------------------------------------------------

std::vector<std::uint8_t> exif_of(const jpeg_decompress_struct& info) {
  constexpr std::array<std::uint8_t, 6> name{'E', 'x', 'i', 'f', 0, 0};
  for (const auto* marker = info.marker_list; marker != nullptr;
       marker = marker->next) {
    const std::span bytes{marker->data, marker->data_length};
    if (marker->marker == exif_marker && bytes.size() > name.size()
        && std::equal(name.begin(), name.end(), bytes.begin()))
      return {bytes.begin() + name.size(), bytes.end()};
  }
  return {};
}

std::vector<std::uint8_t> icc_of(decompressor& state) {
  JOCTET* bytes = nullptr;
  unsigned length = 0;
  const bool found = guarded(state, [&] {
    if (jpeg_read_icc_profile(&state.info, &bytes, &length) == FALSE)
      length = 0;
  });
  std::vector<std::uint8_t> profile;
  if (found && bytes != nullptr)
    profile.assign(bytes, bytes + length);
  std::free(bytes);
  // A profile that is missing pieces is a warning about the profile alone.
  state.warning.front() = '\0';
  return profile;
}

/// Bytes that a picture of several scans keeps until its last one.
std::uint64_t coefficient_bytes(decompressor& state) {
  if (jpeg_has_multiple_scans(&state.info) == FALSE)
    return 0;
  std::uint64_t bytes = 0;
  for (int i = 0; i < state.info.num_components; ++i) {
    const auto& component = state.info.comp_info[i];
    bytes += std::uint64_t{component.width_in_blocks}
             * component.height_in_blocks * sizeof(JBLOCK);
  }
  return bytes;
}

// -- the reader ---------------------------------------------------------------

/// Thread affinity: one thread at a time. Blocks on nothing; leaves nothing.
/// Ink is handed out as Adobe stores it, inverted, whether the file carries
/// Adobe's marker or not: so does Pillow, and all CMYK JPEGs that were met.
class libjpeg_reader final : public image_reader {
public:
  libjpeg_reader() {
    state_.info.err = jpeg_std_error(&state_.errors);
    state_.info.client_data = &state_;
    state_.errors.error_exit = jump_out;
    state_.errors.emit_message = note_warning;
    state_.errors.output_message = print_nothing;
    state_.progress.progress_monitor = watch_scans;
  }

  libjpeg_reader(const libjpeg_reader&) = delete;
  libjpeg_reader& operator=(const libjpeg_reader&) = delete;

  ~libjpeg_reader() override {
    jpeg_destroy_decompress(&state_.info);
  }

  result<void> open(std::span<const std::uint8_t> bytes,
                    const image_limits& limits) {
    auto& info = state_.info;
    const bool fine = guarded(state_, [&] {
      jpeg_create_decompress(&info);
      info.client_data = &state_;
      info.progress = &state_.progress;
      jpeg_mem_src(&info, bytes.data(), bytes.size());
      jpeg_save_markers(&info, exif_marker, marker_bytes_max);
      jpeg_save_markers(&info, icc_marker, marker_bytes_max);
      jpeg_read_header(&info, TRUE);
    });
    if (!fine)
      return to_error(state_);
    if (const auto wrong = too_large(limits); wrong.code != errc::none)
      return wrong;
    return describe();
  }

  [[nodiscard]] const image_header& header() const noexcept override {
    return header_;
  }

  void scale_down(int denominator) override {
    state_.info.scale_num = 1;
    state_.info.scale_denom = static_cast<unsigned>(denominator);
    if (guarded(state_, [&] { jpeg_calc_output_dimensions(&state_.info); }))
      header_.size = {state_.info.output_width, state_.info.output_height};
  }

  result<void> read_rows(std::uint8_t* rows, std::size_t stride,
                         std::uint32_t count) override {
    const bool fine =
      guarded(state_, [&] { read_guarded(rows, stride, count); });
    if (!fine)
      return to_error(state_);
    if (header_.layout == sample_layout::cmyk)
      for (std::uint32_t y = 0; y < count; ++y)
        invert(rows + y * stride, header_.row_bytes());
    return {};
  }

  [[nodiscard]] std::string damage() const override {
    return state_.warning.data();
  }

private:
  error too_large(const image_limits& limits) {
    const image::image_size size{state_.info.image_width,
                                 state_.info.image_height};
    if (size.pixels() > limits.pixels_max)
      return {errc::too_large,
              fmt::format("jpeg: {} x {} pixels are more than {}; raise "
                          "library.pixels_max",
                          size.width, size.height, limits.pixels_max)};
    if (const auto bytes = coefficient_bytes(state_);
        bytes > limits.working_bytes_max)
      return {errc::too_large,
              fmt::format("jpeg: {} x {} pixels in several scans need {} "
                          "bytes; convert it to a sequential JPEG",
                          size.width, size.height, bytes)};
    return {errc::none, {}};
  }

  result<void> describe() {
    auto& info = state_.info;
    const bool ink =
      info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
    if (info.jpeg_color_space == JCS_UNKNOWN)
      return error{errc::unsupported,
                   fmt::format("jpeg: {} colour components of no known meaning;"
                               " convert it with: convert IN.jpg OUT.png",
                               info.num_components)};
    info.out_color_space = ink ? JCS_CMYK : JCS_EXT_RGBA;
    header_.format = image_format::jpeg;
    header_.stored = {info.image_width, info.image_height};
    header_.size = header_.stored;
    header_.layout = ink ? sample_layout::cmyk : sample_layout::rgba;
    header_.exif = exif_of(info);
    header_.orientation = image::orientation_of(header_.exif);
    header_.icc = icc_of(state_);
    return {};
  }

  void read_guarded(std::uint8_t* rows, std::size_t stride,
                    std::uint32_t count) {
    if (!started_) {
      jpeg_start_decompress(&state_.info);
      started_ = true;
    }
    constexpr std::uint32_t at_once = 16;
    std::array<JSAMPROW, at_once> pointers;
    while (count > 0) {
      const auto now = std::min(count, at_once);
      for (std::uint32_t y = 0; y < now; ++y)
        pointers[y] = rows + y * stride;
      const auto done = jpeg_read_scanlines(&state_.info, pointers.data(), now);
      rows += done * stride;
      count -= done;
    }
  }

  static void invert(std::uint8_t* samples, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      samples[i] = static_cast<std::uint8_t>(255 - samples[i]);
  }

  decompressor state_;
  image_header header_;
  bool started_ = false;
};

class libjpeg_image_codec final : public image_codec {
public:
  [[nodiscard]] bool
  reads(std::span<const std::uint8_t> bytes) const noexcept override {
    return bytes.size() >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8
           && bytes[2] == 0xFF;
  }

  [[nodiscard]] result<std::unique_ptr<image_reader>>
  open(std::span<const std::uint8_t> bytes,
       const decode_wishes& wishes) const override {
    auto reader = std::make_unique<libjpeg_reader>();
    if (auto opened = reader->open(bytes, wishes.limits); !opened)
      return opened.failure();
    return std::unique_ptr<image_reader>{std::move(reader)};
  }

  [[nodiscard]] std::string version() const override {
    constexpr int number = LIBJPEG_TURBO_VERSION_NUMBER;
    return fmt::format("libjpeg-turbo-{}.{}.{}", number / 1'000'000,
                       number / 1'000 % 1'000, number % 1'000);
  }
};

} // namespace

std::unique_ptr<image_codec> open_libjpeg_image_codec() {
  return std::make_unique<libjpeg_image_codec>();
}

} // namespace troupe::io
