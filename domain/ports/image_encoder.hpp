#pragma once

#include "domain/ports/image_codec.hpp"

#include <functional>

namespace troupe {

/// Takes the next bytes of a file in the making.
using byte_sink = std::function<result<void>(std::span<const std::uint8_t>)>;

/// The picture that will be written.
struct encode_plan {
  image_format format = image_format::png;
  image::image_size size;
  /// Write the fourth sample; JPEG has no place for it and leaves it out.
  bool with_alpha = false;
  /// 8, or 16 in native byte order; only PNG takes 16.
  int sample_bits = 8;
  /// JPEG and WebP, in [1, 100]; from 90 on JPEG keeps all chroma.
  int quality = 92;
  /// WebP without loss.
  bool lossless = false;
  /// Colour profile to embed; empty for none.
  std::vector<std::uint8_t> icc;
  /// EXIF block from its byte order mark on; empty for none. Its orientation
  /// should say 1 when the rows are upright (`image::with_orientation`).
  std::vector<std::uint8_t> exif;
};

/// A picture being written, from top to bottom.
///
/// Thread affinity: one thread at a time, the one whose sink is called.
class image_writer {
public:
  virtual ~image_writer() = default;

  /// Takes the next rows: four samples a pixel. PNG and JPEG pass them on as
  /// they come; WebP keeps the picture until `finish`.
  /// @returns the sink's failure, `errc::internal`
  virtual result<void> write_rows(const std::uint8_t* rows, std::size_t stride,
                                  std::uint32_t count) = 0;

  /// Writes what is left. @pre all rows were written
  virtual result<void> finish() = 0;
};

/// Writes pictures of one or more formats. Thread-safe: any thread may begin.
class image_encoder {
public:
  virtual ~image_encoder() = default;

  /// True when it writes this format.
  [[nodiscard]] virtual bool writes(image_format format) const noexcept = 0;

  /// @param sink called during `begin`, `write_rows` and `finish`
  /// @returns `errc::invalid_argument` for a size or depth that the format
  /// cannot hold, `errc::unsupported`, the sink's failure
  [[nodiscard]] virtual result<std::unique_ptr<image_writer>>
  begin(const encode_plan& plan, byte_sink sink) const = 0;
};

} // namespace troupe
