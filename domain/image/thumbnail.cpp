#include "domain/image/thumbnail.hpp"

#include "domain/image/resize.hpp"

#include <algorithm>
#include <cassert>

namespace troupe::image {

image_size thumbnail_size(image_size from, std::uint32_t side_max) {
  assert(from.width > 0 && from.height > 0);
  const auto longest = std::max(from.width, from.height);
  if (longest <= side_max)
    return from;
  const auto scaled = [&](std::uint32_t side) {
    const auto exact = (std::uint64_t{side} * side_max + longest / 2) / longest;
    return std::max(1U, static_cast<std::uint32_t>(exact));
  };
  return {scaled(from.width), scaled(from.height)};
}

result<thumbnail> make_thumbnail(const pixel_ports& ports,
                                 const image_encoder& encoder,
                                 std::span<const std::uint8_t> bytes,
                                 const thumbnail_options& options) {
  pixel_rules rules;
  rules.mode = decode_mode::fast;
  auto source = pixel_source::open(ports, bytes, rules);
  if (!source)
    return source.failure();
  thumbnail made;
  made.size = thumbnail_size(source->full_size(), options.side_max);
  source->shrink_towards(std::min(made.size.width, made.size.height));
  row_resizer resizer{
    resize_request::whole(source->size(), made.size, filter::bicubic)};
  auto done = source->stream(
    [&resizer](const std::uint8_t* rows, std::size_t row_bytes,
               std::uint32_t count) { resizer.push(rows, row_bytes, count); });
  if (!done)
    return done.failure();
  const auto small = resizer.finish();
  encode_plan plan;
  plan.format = image_format::jpeg;
  plan.size = made.size;
  plan.quality = options.quality;
  auto writer = encoder.begin(
    plan, [&made](std::span<const std::uint8_t> piece) -> result<void> {
      made.jpeg.insert(made.jpeg.end(), piece.begin(), piece.end());
      return {};
    });
  if (!writer)
    return writer.failure();
  const auto view = small.view();
  done = (*writer)->write_rows(view.rgba, view.row_bytes, made.size.height);
  if (done)
    done = (*writer)->finish();
  if (!done)
    return done.failure();
  return made;
}

} // namespace troupe::image
