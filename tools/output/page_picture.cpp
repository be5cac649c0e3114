#include "tools/output/page_picture.hpp"

#include "domain/image/thumbnail.hpp"
#include "domain/text/base64.hpp"
#include "io/files/posix_file_source.hpp"
#include "tools/image_adapters.hpp"

#include <memory>
#include <string_view>

namespace troupe {

namespace {

/// Larger files are no pictures that a page is made for.
constexpr std::uint64_t file_bytes_max = std::uint64_t{1} << 30U;

} // namespace

page_picture_source make_page_pictures(std::uint32_t side_max) {
  const auto adapters =
    std::make_shared<const image_adapters>(open_image_adapters());
  const std::shared_ptr<const file_source> files{io::open_posix_file_source()};
  return [adapters, files, side_max](const std::string& path) -> page_picture {
    const auto bytes = files->read(path, file_bytes_max);
    if (!bytes)
      return {{}, 0, 0, bytes.failure().detail};
    const auto made = image::make_thumbnail(
      adapters->ports(), *adapters->encoder, *bytes, {side_max});
    if (!made)
      return {{}, 0, 0, made.failure().detail};
    const std::string_view jpeg{
      reinterpret_cast<const char*>(made->jpeg.data()), made->jpeg.size()};
    return {"data:image/jpeg;base64," + to_base64(jpeg),
            made->size.width,
            made->size.height,
            {}};
  };
}

} // namespace troupe
