#pragma once

#include "domain/image/picture.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// The formats that are read and written.
enum class image_format : std::uint8_t { jpeg, png, webp };

/// "jpeg", "png" or "webp".
[[nodiscard]] constexpr std::string_view
to_string(image_format format) noexcept {
  switch (format) {
  case image_format::jpeg:
    return "jpeg";
  case image_format::png:
    return "png";
  case image_format::webp:
    return "webp";
  }
  return "";
}

/// What a picture may claim before anything of it is decoded.
struct image_limits {
  /// Pixels of the whole picture, as stored.
  std::uint64_t pixels_max = 200'000'000;
  /// Bytes that decoding may need at once, apart from the rows handed out. The
  /// default holds a progressive JPEG or a WebP of 200 megapixels.
  std::uint64_t working_bytes_max = 1'300'000'000;
};

/// What the four samples of a decoded pixel are.
enum class sample_layout : std::uint8_t {
  /// Red, green, blue, alpha; opaque where the file has no alpha.
  rgba,
  /// Cyan, magenta, yellow, black; 255 is full ink.
  cmyk,
};

/// How rows are wanted.
struct decode_wishes {
  image_limits limits;
  /// Keep 16 bits a sample where the file has them; else 8.
  bool deep = false;
};

/// What a file says about its picture. Valid from open on, and after
/// `scale_down` again.
struct image_header {
  image_format format = image_format::jpeg;
  /// As stored in the file.
  image::image_size stored;
  /// Of the rows that will come: `stored`, or a fraction of it.
  image::image_size size;
  sample_layout layout = sample_layout::rgba;
  bool has_alpha = false;
  /// Bits of each sample handed out: 8, or 16 in native byte order.
  int sample_bits = 8;
  /// More pictures follow; only the first is decoded.
  bool is_animated = false;
  /// EXIF orientation in [1, 8]; 1 when nothing is said. Rows come as stored.
  int orientation = 1;
  /// The colour profile as found, unchecked; empty when there is none.
  std::vector<std::uint8_t> icc;
  /// The EXIF block from its byte order mark on, unchecked; empty for none.
  std::vector<std::uint8_t> exif;

  /// Bytes of one row: four samples a pixel.
  [[nodiscard]] std::size_t row_bytes() const noexcept {
    return std::size_t{size.width} * 4
           * (static_cast<std::size_t>(sample_bits) / 8);
  }
};

/// One picture on its way out of its bytes.
///
/// Thread affinity: one thread at a time.
class image_reader {
public:
  virtual ~image_reader() = default;

  [[nodiscard]] virtual const image_header& header() const noexcept = 0;

  /// Asks for a picture of 1/`denominator` (2, 4 or 8) in each direction,
  /// where the format gives it for less work than the whole; the header tells
  /// whether it did. @pre no row was read yet
  virtual void scale_down(int denominator) = 0;

  /// Decodes the next `count` rows to `rows`, `stride` bytes from one to the
  /// next. @pre that many rows are left, `stride >= header().row_bytes()`
  /// @returns `errc::corrupt`, `errc::unsupported`, `errc::too_large`
  virtual result<void> read_rows(std::uint8_t* rows, std::size_t stride,
                                 std::uint32_t count) = 0;

  /// What the decoder had to make up: "premature end of JPEG file"; empty for
  /// a sound file. Final after the last row.
  [[nodiscard]] virtual std::string damage() const = 0;
};

/// Reads pictures of one or more formats. Thread-safe: any thread may open.
class image_codec {
public:
  virtual ~image_codec() = default;

  /// True when `bytes` begin like a format of this codec.
  [[nodiscard]] virtual bool
  reads(std::span<const std::uint8_t> bytes) const noexcept = 0;

  /// Reads the header, and no more of the picture than that.
  /// @param bytes the whole file; borrowed until the reader is gone
  /// @returns `errc::unsupported` with what to convert it by,
  /// `errc::too_large` when the header claims more than the limits,
  /// `errc::corrupt`
  [[nodiscard]] virtual result<std::unique_ptr<image_reader>>
  open(std::span<const std::uint8_t> bytes,
       const decode_wishes& wishes) const = 0;

  /// Name and version of the library, e.g. "libspng-0.7.3".
  [[nodiscard]] virtual std::string version() const = 0;
};

} // namespace troupe
