#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace troupe {

/// A picture inside of a page.
struct page_picture {
  /// "data:image/jpeg;base64,…"; empty: none could be made.
  std::string address;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  /// Why there is none, for a person.
  std::string why_not;
};

/// Makes a picture file part of a page.
using page_picture_source = std::function<page_picture(const std::string&)>;

/// Thumbnails of at most `side_max` pixels, made by our own codecs.
[[nodiscard]] page_picture_source make_page_pictures(std::uint32_t side_max);

} // namespace troupe
