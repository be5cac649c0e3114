#pragma once

#include "domain/image/image_record.hpp"

#include <string>

namespace troupe {

/// Turns the description of a picture into the JSON object that the library
/// keeps. Thread-safe.
class image_document {
public:
  virtual ~image_document() = default;

  /// The blocks `image` and `embedding` of CONTRACT as one UTF-8 JSON object;
  /// `embedding` names space and length, the numbers are kept elsewhere. An
  /// absent figure is an absent key.
  [[nodiscard]] virtual std::string
  encode(const image::image_record& record) const = 0;
};

} // namespace troupe
