#include "domain/upscale/source_picture.hpp"

#include "domain/image/colour.hpp"
#include "domain/image/orientation.hpp"
#include "domain/network/alpha_bleed.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace troupe::upscale {

namespace {

/// Enough for a row of JPEG blocks.
constexpr std::uint32_t strip_rows = 16;

/// Where the pixels of a stored row go in the upright picture: from `origin`
/// on, each `step` pixels further. Orientations are those of EXIF.
struct row_path {
  std::ptrdiff_t origin = 0;
  std::ptrdiff_t step = 1;
};

row_path path_of(image::image_size stored, int orientation, std::uint32_t row) {
  const auto width = static_cast<std::ptrdiff_t>(stored.width);
  const auto height = static_cast<std::ptrdiff_t>(stored.height);
  const auto y = static_cast<std::ptrdiff_t>(row);
  switch (orientation) {
  case 2:
    return {y * width + width - 1, -1};
  case 3:
    return {(height - 1 - y) * width + width - 1, -1};
  case 4:
    return {(height - 1 - y) * width, 1};
  case 5:
    return {y, height};
  case 6:
    return {height - 1 - y, height};
  case 7:
    return {(width - 1) * height + height - 1 - y, -height};
  case 8:
    return {(width - 1) * height + y, -height};
  default:
    return {y * width, 1};
  }
}

/// Decodes one file.
class source_reader {
public:
  source_reader(const image::pixel_ports& ports,
                std::unique_ptr<image_reader> reader)
    : ports_{ports}, reader_{std::move(reader)} {}

  result<source_picture> read() {
    const auto& header = reader_->header();
    made_.size = image::upright(header.size, header.orientation);
    made_.format = {header.has_alpha ? 4U : 3U,
                    static_cast<std::size_t>(header.sample_bits)};
    made_.has_alpha = header.has_alpha;
    made_.file_format = header.format;
    if (header.is_animated)
      made_.notes.emplace_back("animated: only the first frame is used");
    take_profile();
    if (!header.exif.empty())
      made_.exif = image::with_orientation(header.exif, 1);
    made_.pixels.resize(made_.size.pixels() * made_.format.pixel_bytes());
    if (auto done = read_rows(); !done)
      return done.failure();
    if (const auto damage = reader_->damage(); !damage.empty())
      made_.notes.push_back("damaged: " + damage);
    drop_channels();
    network::bleed_colour({made_.pixels.data(), made_.size.width,
                           made_.size.height, made_.format.channels,
                           made_.format.sample_bits, made_.row_bytes()});
    return std::move(made_);
  }

private:
  /// A profile is kept where it goes with red, green and blue. Inks become
  /// sRGB, and theirs has done its work.
  void take_profile() {
    const auto& header = reader_->header();
    if (header.icc.empty())
      return;
    auto found = ports_.profiles.to_srgb(header.icc, header.layout);
    if (!found)
      made_.notes.push_back("profile left out: " + found.failure().detail);
    else if (header.layout == sample_layout::cmyk)
      inks_ = *found;
    else
      made_.icc = header.icc;
  }

  result<void> read_rows() {
    const auto& header = reader_->header();
    const auto stride = header.row_bytes();
    std::vector<std::uint8_t> strip(stride * strip_rows);
    for (std::uint32_t y = 0; y < header.size.height; y += strip_rows) {
      const auto count = std::min(strip_rows, header.size.height - y);
      if (auto read = reader_->read_rows(strip.data(), stride, count); !read)
        return read;
      for (std::uint32_t row = 0; row < count; ++row)
        place(strip.data() + row * stride, y + row);
    }
    return {};
  }

  void place(std::uint8_t* row, std::uint32_t y) {
    const auto& header = reader_->header();
    const auto width = header.size.width;
    if (inks_ != nullptr)
      inks_->apply(row, width);
    else if (header.layout == sample_layout::cmyk)
      image::ink_to_rgba(row, width);
    const auto path = path_of(header.size, header.orientation, y);
    const auto kept = made_.format.pixel_bytes();
    const auto read = 4 * made_.format.sample_bits / 8;
    auto to = path.origin;
    for (std::uint32_t x = 0; x < width; ++x, to += path.step) {
      const auto* pixel = row + x * read;
      std::memcpy(made_.pixels.data() + static_cast<std::size_t>(to) * kept,
                  pixel, kept);
      look_at(pixel);
    }
  }

  void look_at(const std::uint8_t* pixel) {
    const auto bytes = made_.format.sample_bits / 8;
    is_grey_ = is_grey_ && std::memcmp(pixel, pixel + bytes, bytes) == 0
               && std::memcmp(pixel, pixel + 2 * bytes, bytes) == 0;
    for (std::size_t i = 0; i < bytes; ++i)
      is_opaque_ = is_opaque_ && pixel[3 * bytes + i] == 0xFF;
  }

  /// Keeps what says something: a network's work for alpha that is opaque
  /// everywhere would be lost, and grey must stay grey to the last bit.
  void drop_channels() {
    auto to = made_.format;
    const bool clear = made_.has_alpha && !is_opaque_;
    to.channels = (is_grey_ ? 1U : 3U) + (clear ? 1U : 0U);
    if (to == made_.format)
      return;
    const auto sample = to.sample_bits / 8;
    const auto before = made_.format.pixel_bytes();
    const auto colours = (is_grey_ ? 1 : 3) * sample;
    auto* pixels = made_.pixels.data();
    const auto count = made_.size.pixels();
    for (std::uint64_t i = 0; i < count; ++i) {
      std::memmove(pixels + i * to.pixel_bytes(), pixels + i * before, colours);
      if (clear)
        std::memmove(pixels + i * to.pixel_bytes() + colours,
                     pixels + i * before + 3 * sample, sample);
    }
    made_.pixels.resize(count * to.pixel_bytes());
    made_.format = to;
  }

  const image::pixel_ports& ports_;
  std::unique_ptr<image_reader> reader_;
  std::shared_ptr<const colour_transform> inks_;
  source_picture made_;
  bool is_grey_ = true;
  bool is_opaque_ = true;
};

} // namespace

result<source_picture> read_source(const image::pixel_ports& ports,
                                   std::span<const std::uint8_t> bytes,
                                   const image_limits& limits) {
  auto reader = ports.codec.open(bytes, {limits, true});
  if (!reader)
    return reader.failure();
  return source_reader{ports, std::move(*reader)}.read();
}

} // namespace troupe::upscale
