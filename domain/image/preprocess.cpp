#include "domain/image/preprocess.hpp"

namespace troupe::image {

namespace {

/// Lays the picture where the recipe wants it, without alpha.
std::vector<std::uint8_t> on_canvas(const picture& made,
                                    const placement& where) {
  std::vector<std::uint8_t> rgb(where.canvas.pixels() * 3, where.grey);
  const auto view = made.view();
  for (std::uint32_t y = 0; y < made.size.height; ++y) {
    const auto* from = view.row(y);
    auto* to =
      rgb.data()
      + ((std::size_t{where.top} + y) * where.canvas.width + where.left) * 3;
    for (std::uint32_t x = 0; x < made.size.width; ++x) {
      to[std::size_t{x} * 3] = from[std::size_t{x} * 4];
      to[std::size_t{x} * 3 + 1] = from[std::size_t{x} * 4 + 1];
      to[std::size_t{x} * 3 + 2] = from[std::size_t{x} * 4 + 2];
    }
  }
  return rgb;
}

} // namespace

result<prepared_picture> prepare(const pixel_ports& ports,
                                 std::span<const std::uint8_t> bytes,
                                 const recipe& how, const pixel_rules& rules) {
  auto source = pixel_source::open(ports, bytes, rules);
  if (!source)
    return source.failure();
  source->shrink_towards(short_side_after(how, source->full_size()));
  auto where = place(how, source->full_size());
  // What the decoder shrank already need not be shrunk again.
  where.request.from = source->size();
  row_resizer resizer{where.request};
  auto done = source->stream(
    [&resizer](const std::uint8_t* rows, std::size_t row_bytes,
               std::uint32_t count) { resizer.push(rows, row_bytes, count); });
  if (!done)
    return done.failure();
  return prepared_picture{where.canvas, on_canvas(resizer.finish(), where),
                          source->facts()};
}

} // namespace troupe::image
