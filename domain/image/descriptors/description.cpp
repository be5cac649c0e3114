#include "domain/image/descriptors/description.hpp"

#include <algorithm>

namespace troupe::image {

namespace {

/// Inside of the square that descriptors look at, with the same proportions.
image_size described_size(image_size from) {
  const auto longer = std::max(from.width, from.height);
  if (longer <= described_side_max)
    return from;
  const auto scaled = [longer](std::uint32_t side) {
    const std::uint64_t rounded =
      (std::uint64_t{side} * described_side_max + longer / 2) / longer;
    return std::max(1U, static_cast<std::uint32_t>(rounded));
  };
  return {scaled(from.width), scaled(from.height)};
}

} // namespace

result<seen_picture> see(const pixel_ports& ports,
                         std::span<const std::uint8_t> bytes,
                         const pixel_rules& rules) {
  auto source = pixel_source::open(ports, bytes, rules);
  if (!source)
    return source.failure();
  const auto size = described_size(source->full_size());
  source->shrink_towards(std::min(size.width, size.height));
  row_resizer resizer{
    resize_request::whole(source->size(), size, filter::bilinear)};
  auto done = source->stream(
    [&resizer](const std::uint8_t* rows, std::size_t row_bytes,
               std::uint32_t count) { resizer.push(rows, row_bytes, count); });
  if (!done)
    return done.failure();
  return seen_picture{resizer.finish(), source->full_size(), rules.mode,
                      source->facts()};
}

describer::describer(const square_fourier_source& transforms)
  : gist_(transforms) {}

image_record describer::describe(const seen_picture& seen) {
  const auto pixels = seen.pixels.view();
  const auto scene = scene_of(pixels);
  image_record record;
  record.size = seen.size;
  record.format = seen.facts.format;
  record.orientation = seen.facts.orientation;
  record.pdq = pdq_of(pixels);
  record.phash = phash_of(pixels);
  record.embedding = {std::string{scene_space(seen.mode)},
                      {scene.begin(), scene.end()}};
  record.notes = seen.facts.notes;
  return record;
}

describer::scene_parts describer::measure(const picture_view& rgba) {
  const image_size square{scene_side, scene_side};
  const auto small =
    resize(rgba, resize_request::whole(rgba.size, square, filter::bilinear));
  std::vector<float> luma;
  luma.reserve(square.pixels());
  for (std::size_t i = 0; i < small.rgba.size(); i += pixel_bytes)
    luma.push_back(0.299F * static_cast<float>(small.rgba[i])
                   + 0.587F * static_cast<float>(small.rgba[i + 1])
                   + 0.114F * static_cast<float>(small.rgba[i + 2]));
  scene_parts parts;
  gist_.measure(luma, parts.gist);
  parts.layout = color_layout_of(small.view());
  return parts;
}

scene_vector describer::scene_of(const picture_view& rgba) {
  const auto parts = measure(rgba);
  return join_scene(parts.gist, parts.layout, published_scene_constants());
}

} // namespace troupe::image
