#pragma once

#include "domain/image/pixel_source.hpp"

#include <functional>
#include <memory>
#include <string>

namespace troupe {

/// What decodes pictures, made by and for one thread.
class picture_decoder {
public:
  virtual ~picture_decoder() = default;

  /// Borrowed from this; to be used on the thread that made it.
  [[nodiscard]] virtual image::pixel_ports ports() const = 0;

  /// Names the libraries that read untrusted bytes.
  [[nodiscard]] virtual std::string version() const = 0;
};

/// Makes a decoder on the calling thread. Thread-safe.
using picture_decoder_source =
  std::function<std::unique_ptr<picture_decoder>()>;

} // namespace troupe
