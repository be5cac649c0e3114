// Prints domain/image/descriptors/scene_constants.cpp: what the GISTs and
// colour layouts of 400 painted pictures have in common. Run once for each
// version of the space; no photograph has a part in it.

#include "bench/picture/painted_picture.hpp"
#include "domain/image/descriptors/description.hpp"
#include "io/fftw_fourier.hpp"

#include <fmt/format.h>

#include <cmath>
#include <span>
#include <vector>

namespace troupe::benches {

namespace {

constexpr std::uint32_t pictures = 400;
constexpr image::image_size painted_size{320, 240};

void print_array(const char* name, std::span<const double> values) {
  fmt::print("  .{} = {{", name);
  for (std::size_t i = 0; i < values.size(); ++i)
    fmt::print("{}{:#.6g}F,", i % 6 == 0 ? "\n    " : " ", values[i]);
  fmt::print("}},\n");
}

void run() {
  const auto transforms = io::open_fftw_square_fourier();
  image::describer describer{*transforms};
  std::vector<double> gist(image::gist_numbers);
  std::vector<double> layout(image::color_layout_numbers);
  std::vector<double> squares(image::color_layout_numbers);
  for (std::uint32_t seed = 1; seed <= pictures; ++seed) {
    const auto painted = paint(painted_size, seed);
    const auto parts = describer.measure(painted.view());
    for (std::size_t i = 0; i < gist.size(); ++i)
      gist[i] +=
        static_cast<double>(image::dampened(parts.gist.at(i))) / pictures;
    for (std::size_t i = 0; i < layout.size(); ++i) {
      const double value = parts.layout.at(i);
      layout[i] += value / pictures;
      squares[i] += value * value / pictures;
    }
  }
  for (std::size_t i = 0; i < layout.size(); ++i)
    squares[i] = std::sqrt(squares[i] - layout[i] * layout[i]);
  fmt::print("// Printed by bench/picture/make_scene_constants.cpp.\n\n"
             "#include \"domain/image/descriptors/scene_embedding.hpp\"\n\n"
             "namespace troupe::image {{\n\nnamespace {{\n\n"
             "constexpr scene_constants published{{\n");
  print_array("gist_mean", gist);
  print_array("layout_mean", layout);
  print_array("layout_deviation", squares);
  fmt::print("}};\n\n}} // namespace\n\n"
             "const scene_constants& published_scene_constants() noexcept {{\n"
             "  return published;\n}}\n\n}} // namespace troupe::image\n");
}

} // namespace

} // namespace troupe::benches

int main() {
  troupe::benches::run();
}
