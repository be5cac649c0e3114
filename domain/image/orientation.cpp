#include "domain/image/orientation.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <optional>

namespace troupe::image {

namespace {

// -- the EXIF block -----------------------------------------------------------

constexpr std::uint32_t orientation_tag = 0x0112;
constexpr std::uint32_t type_short = 3;
constexpr std::size_t entry_bytes = 12;

/// Numbers of either byte order; nothing outside of the block.
class tiff_reader {
public:
  explicit tiff_reader(std::span<const std::uint8_t> block) : block_(block) {
    if (block.size() >= 2 && block[0] == block[1])
      big_endian_ = block[0] == 'M';
  }

  [[nodiscard]] std::optional<std::uint32_t> number(std::size_t at,
                                                    std::size_t bytes) const {
    if (at > block_.size() || block_.size() - at < bytes)
      return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      value = value << 8 | block_[at + (big_endian_ ? i : bytes - 1 - i)];
    return value;
  }

  [[nodiscard]] bool is_big_endian() const noexcept {
    return big_endian_;
  }

private:
  std::span<const std::uint8_t> block_;
  bool big_endian_ = false;
};

/// Where the value of the orientation stands.
std::optional<std::size_t> place_of_orientation(const tiff_reader& tiff) {
  constexpr std::uint32_t tiff_mark = 42;
  if (tiff.number(2, 2) != tiff_mark)
    return std::nullopt;
  const auto directory = tiff.number(4, 4);
  const auto count = directory ? tiff.number(*directory, 2) : std::nullopt;
  if (!count)
    return std::nullopt;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto entry = std::size_t{*directory} + 2 + i * entry_bytes;
    const auto tag = tiff.number(entry, 2);
    if (!tag)
      return std::nullopt;
    if (*tag == orientation_tag && tiff.number(entry + 2, 2) == type_short
        && tiff.number(entry + 8, 2))
      return entry + 8;
  }
  return std::nullopt;
}

// -- pixels -------------------------------------------------------------------

/// Where the pixel of an upright place lies in the stored picture: from
/// `origin`, in pixels, by so many for each step right and down.
struct walk {
  std::ptrdiff_t origin = 0;
  std::ptrdiff_t right = 0;
  std::ptrdiff_t down = 0;
};

walk walk_of(image_size stored, int orientation, std::ptrdiff_t row) {
  const auto last_column = static_cast<std::ptrdiff_t>(stored.width) - 1;
  const auto last_row = (static_cast<std::ptrdiff_t>(stored.height) - 1) * row;
  switch (orientation) {
  case 2:
    return {last_column, -1, row};
  case 3:
    return {last_row + last_column, -1, -row};
  case 4:
    return {last_row, 1, -row};
  case 5:
    return {0, row, 1};
  case 6:
    return {last_row, -row, 1};
  case 7:
    return {last_row + last_column, -row, -1};
  case 8:
    return {last_column, row, -1};
  default:
    return {0, 1, row};
  }
}

} // namespace

int orientation_of(std::span<const std::uint8_t> exif) noexcept {
  const tiff_reader tiff{exif};
  const auto place = place_of_orientation(tiff);
  const auto value = place ? tiff.number(*place, 2) : std::nullopt;
  return value && *value >= 1 && *value <= 8 ? static_cast<int>(*value) : 1;
}

std::vector<std::uint8_t> with_orientation(std::vector<std::uint8_t> exif,
                                           int orientation) {
  assert(orientation >= 1 && orientation <= 8);
  const tiff_reader tiff{exif};
  if (const auto place = place_of_orientation(tiff)) {
    const auto low = tiff.is_big_endian() ? *place + 1 : *place;
    const auto high = tiff.is_big_endian() ? *place : *place + 1;
    exif[high] = 0;
    exif[low] = static_cast<std::uint8_t>(orientation);
  }
  return exif;
}

picture upright(const picture_view& stored, int orientation) {
  assert(orientation >= 1 && orientation <= 8);
  auto made = picture::blank(upright(stored.size, orientation));
  const auto step =
    walk_of(stored.size, orientation,
            static_cast<std::ptrdiff_t>(stored.row_bytes / pixel_bytes));
  // Tiles keep both pictures' lines in the cache when sides are swapped.
  constexpr std::uint32_t tile = 32;
  const auto [width, height] = made.size;
  for (std::uint32_t top = 0; top < height; top += tile)
    for (std::uint32_t left = 0; left < width; left += tile)
      for (auto y = top; y < std::min(top + tile, height); ++y) {
        auto* to = made.row(y);
        for (auto x = left; x < std::min(left + tile, width); ++x) {
          const auto from = step.origin + step.right * x + step.down * y;
          std::memcpy(to + x * pixel_bytes,
                      stored.rgba + from * std::ptrdiff_t{pixel_bytes},
                      pixel_bytes);
        }
      }
  return made;
}

} // namespace troupe::image
