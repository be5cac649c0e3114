#include "io/image/libjpeg_image_encoder.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

// After <cstdio>, which it needs and does not include.
#include <jpeglib.h>

namespace troupe::io {

namespace {

/// From this quality on, chroma keeps its full size.
constexpr int full_chroma_quality = 90;

constexpr std::size_t marker_bytes_max = 65'533;

// -- the library's state ------------------------------------------------------

/// Everything that libjpeg touches; failures jump out of it, as in the codec.
struct compressor {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_destination_mgr destination{};
  std::jmp_buf escape{};
  std::array<char, JMSG_LENGTH_MAX> failure{};
  std::array<std::uint8_t, 65'536> buffer{};
  byte_sink sink;
  /// What the sink answered when it refused.
  std::optional<error> refused;
};

compressor& state_of(void* client_data) {
  return *static_cast<compressor*>(client_data);
}

[[noreturn]] void jump_out(j_common_ptr info) {
  auto& state = state_of(info->client_data);
  info->err->format_message(info, state.failure.data());
  std::longjmp(state.escape, 1);
}

void print_nothing(j_common_ptr) {}

void begin_buffer(j_compress_ptr info) {
  auto& state = state_of(info->client_data);
  state.destination.next_output_byte = state.buffer.data();
  state.destination.free_in_buffer = state.buffer.size();
}

/// Never throws or jumps while it holds anything. @returns whether it went
bool hand_over(compressor& state, std::size_t bytes) {
  auto done = state.sink(std::span{state.buffer}.first(bytes));
  if (!done)
    state.refused = done.failure();
  return static_cast<bool>(done);
}

boolean empty_buffer(j_compress_ptr info) {
  auto& state = state_of(info->client_data);
  if (!hand_over(state, state.buffer.size()))
    std::longjmp(state.escape, 1);
  begin_buffer(info);
  return TRUE;
}

void end_buffer(j_compress_ptr info) {
  auto& state = state_of(info->client_data);
  const auto bytes = state.buffer.size() - state.destination.free_in_buffer;
  if (bytes > 0 && !hand_over(state, bytes))
    std::longjmp(state.escape, 1);
}

/// Runs calls of the library. @returns false when it jumped out of them
template <class Calls>
[[gnu::noinline]] bool guarded(compressor& state, const Calls& calls) {
  if (setjmp(state.escape) != 0)
    return false;
  calls();
  return true;
}

/// The single place where libjpeg's failures become ours.
error to_error(const compressor& state) {
  if (state.refused)
    return *state.refused;
  return {errc::internal, fmt::format("jpeg: {}; report it with the size of "
                                      "the picture",
                                      state.failure.data())};
}

// -- the writer ---------------------------------------------------------------

/// Thread affinity: one thread at a time. What was written before a failure
/// is in the sink: a caller writes to a file that appears only when finished.
class libjpeg_writer final : public image_writer {
public:
  explicit libjpeg_writer(byte_sink sink) {
    state_.sink = std::move(sink);
    state_.info.err = jpeg_std_error(&state_.errors);
    state_.info.client_data = &state_;
    state_.errors.error_exit = jump_out;
    state_.errors.output_message = print_nothing;
    state_.destination.init_destination = begin_buffer;
    state_.destination.empty_output_buffer = empty_buffer;
    state_.destination.term_destination = end_buffer;
  }

  libjpeg_writer(const libjpeg_writer&) = delete;
  libjpeg_writer& operator=(const libjpeg_writer&) = delete;

  ~libjpeg_writer() override {
    jpeg_destroy_compress(&state_.info);
  }

  result<void> begin(const encode_plan& plan) {
    constexpr std::string_view name{"Exif\0\0", 6};
    std::vector<std::uint8_t> exif;
    // A block that fits into no marker is left out.
    if (!plan.exif.empty()
        && plan.exif.size() <= marker_bytes_max - name.size()) {
      exif.resize(name.size() + plan.exif.size());
      std::memcpy(exif.data(), name.data(), name.size());
      std::memcpy(exif.data() + name.size(), plan.exif.data(),
                  plan.exif.size());
    }
    const bool fine = guarded(state_, [&] { begin_guarded(plan, exif); });
    return fine ? result<void>{} : to_error(state_);
  }

  result<void> write_rows(const std::uint8_t* rows, std::size_t stride,
                          std::uint32_t count) override {
    const bool fine = guarded(state_, [&] {
      for (std::uint32_t y = 0; y < count; ++y) {
        // libjpeg does not write to its input, its interface only says so.
        auto* row = const_cast<JSAMPLE*>(rows + y * stride);
        jpeg_write_scanlines(&state_.info, &row, 1);
      }
    });
    return fine ? result<void>{} : to_error(state_);
  }

  result<void> finish() override {
    const bool fine =
      guarded(state_, [&] { jpeg_finish_compress(&state_.info); });
    return fine ? result<void>{} : to_error(state_);
  }

private:
  void begin_guarded(const encode_plan& plan,
                     const std::vector<std::uint8_t>& exif) {
    auto& info = state_.info;
    jpeg_create_compress(&info);
    info.client_data = &state_;
    info.dest = &state_.destination;
    info.image_width = plan.size.width;
    info.image_height = plan.size.height;
    info.input_components = 4;
    info.in_color_space = JCS_EXT_RGBX;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, std::clamp(plan.quality, 1, 100), TRUE);
    if (plan.quality >= full_chroma_quality)
      info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = 1;
    info.optimize_coding = FALSE;
    jpeg_start_compress(&info, TRUE);
    if (!exif.empty())
      jpeg_write_marker(&info, JPEG_APP0 + 1, exif.data(),
                        static_cast<unsigned>(exif.size()));
    if (!plan.icc.empty())
      jpeg_write_icc_profile(&info, plan.icc.data(),
                             static_cast<unsigned>(plan.icc.size()));
  }

  compressor state_;
};

class libjpeg_image_encoder final : public image_encoder {
public:
  [[nodiscard]] bool writes(image_format format) const noexcept override {
    return format == image_format::jpeg;
  }

  [[nodiscard]] result<std::unique_ptr<image_writer>>
  begin(const encode_plan& plan, byte_sink sink) const override {
    constexpr std::uint32_t side_max = JPEG_MAX_DIMENSION;
    if (plan.sample_bits != 8 || plan.size.pixels() == 0
        || plan.size.width > side_max || plan.size.height > side_max)
      return error{errc::invalid_argument,
                   fmt::format("jpeg: {} x {} pixels of {} bits cannot be "
                               "written (at most {} a side, 8 bits); use png",
                               plan.size.width, plan.size.height,
                               plan.sample_bits, side_max)};
    auto writer = std::make_unique<libjpeg_writer>(std::move(sink));
    if (auto begun = writer->begin(plan); !begun)
      return begun.failure();
    return std::unique_ptr<image_writer>{std::move(writer)};
  }
};

} // namespace

std::unique_ptr<image_encoder> open_libjpeg_image_encoder() {
  return std::make_unique<libjpeg_image_encoder>();
}

} // namespace troupe::io
