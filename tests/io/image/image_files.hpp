#pragma once

#include "domain/image/pixel_source.hpp"
#include "io/image/lcms2_colour_profiles.hpp"
#include "io/image/libjpeg_image_codec.hpp"
#include "io/image/sniffing_image_codec.hpp"
#include "io/image/spng_image_codec.hpp"
#include "io/image/webp_image_codec.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace troupe::testing {

using file_bytes = std::vector<std::uint8_t>;

/// Everything in a file; empty when there is none.
inline file_bytes read_file(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file},
          std::istreambuf_iterator<char>{}};
}

/// One of the small files of tests/data/make_image_references.py.
inline file_bytes small_file(const std::string& name) {
  return read_file(std::filesystem::path{TROUPE_SOURCE_DIR}
                   / "tests/data/images" / name);
}

/// The photographs beside the repository; a test without them is skipped.
inline std::filesystem::path media_folder() {
  return std::filesystem::path{TROUPE_SOURCE_DIR} / "../shared/media";
}

/// All codecs as the program has them.
inline std::unique_ptr<image_codec> open_codecs() {
  std::vector<std::unique_ptr<image_codec>> codecs;
  codecs.push_back(io::open_libjpeg_image_codec());
  codecs.push_back(io::open_spng_image_codec());
  codecs.push_back(io::open_webp_image_codec());
  return io::open_sniffing_image_codec(std::move(codecs));
}

/// The adapters behind `pixel_ports`, owned.
struct image_adapters {
  std::unique_ptr<image_codec> codec = open_codecs();
  std::unique_ptr<colour_profiles> profiles = io::open_lcms2_colour_profiles();

  [[nodiscard]] image::pixel_ports ports() const {
    return {*codec, *profiles};
  }
};

} // namespace troupe::testing
