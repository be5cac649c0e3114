// What the scene embedding and the hashes find again: 300 tiles of twelve
// photographs and six changed versions of each. Prints its figures; judges
// nothing. usage: scene_bench FOLDER with kodim01.png to kodim12.png

#include "domain/image/descriptors/description.hpp"
#include "io/fftw_fourier.hpp"
#include "tools/image_adapters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

namespace troupe::image {

namespace {

constexpr std::uint32_t tiles_a_side = 5;
constexpr double brighter = 1.3;
constexpr double turned_degrees = 2.0;

/// A tile, or a changed one, as descriptors see it.
struct described_tile {
  scene_vector scene{};
  pdq_hash pdq;
  std::uint64_t phash = 0;
};

picture cut(const picture& from, crop_area area) {
  auto made = picture::blank(area.size);
  for (std::uint32_t y = 0; y < area.size.height; ++y)
    std::copy_n(from.view().row(area.top + y)
                  + std::size_t{area.left} * pixel_bytes,
                area.size.width * pixel_bytes, made.row(y));
  return made;
}

// -- the changes --------------------------------------------------------------

picture quartered(const picture& from) {
  const image_size quarter{from.size.width / 4, from.size.height / 4};
  return resize(from.view(),
                resize_request::whole(from.size, quarter, filter::bicubic));
}

template <class Change>
picture changed(picture made, const Change& change) {
  for (std::size_t i = 0; i < made.rgba.size(); i += pixel_bytes)
    change(&made.rgba[i]);
  return made;
}

picture brightened(const picture& from) {
  return changed(from, [](std::uint8_t* pixel) {
    for (int channel = 0; channel < 3; ++channel)
      pixel[channel] =
        static_cast<std::uint8_t>(std::min(255.0, pixel[channel] * brighter));
  });
}

picture greyed(const picture& from) {
  return changed(from, [](std::uint8_t* pixel) {
    const auto grey = (299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2]) / 1000;
    std::fill_n(pixel, 3, static_cast<std::uint8_t>(grey));
  });
}

/// A tenth of each side is cut away, half of that at each end.
picture cropped(const picture& from) {
  const auto [width, height] = from.size;
  return cut(
    from,
    {width / 20, height / 20, {width - width / 10, height - height / 10}});
}

/// About the centre, bilinear, black where nothing was.
picture turned(const picture& from) {
  const double angle = turned_degrees * std::numbers::pi / 180.0;
  auto made = picture::blank(from.size);
  const double cx = (from.size.width - 1) / 2.0;
  const double cy = (from.size.height - 1) / 2.0;
  const auto sample = [&](int x, int y, int channel) {
    const bool inside = x >= 0 && y >= 0
                        && x < static_cast<int>(from.size.width)
                        && y < static_cast<int>(from.size.height);
    return inside
             ? from.view().row(static_cast<std::size_t>(y))[x * 4 + channel]
             : 0;
  };
  for (std::uint32_t y = 0; y < from.size.height; ++y)
    for (std::uint32_t x = 0; x < from.size.width; ++x) {
      const double dx = x - cx;
      const double dy = y - cy;
      const double sx = cx + dx * std::cos(angle) - dy * std::sin(angle);
      const double sy = cy + dx * std::sin(angle) + dy * std::cos(angle);
      const int x0 = static_cast<int>(std::floor(sx));
      const int y0 = static_cast<int>(std::floor(sy));
      const double fx = sx - x0;
      const double fy = sy - y0;
      for (int channel = 0; channel < 3; ++channel) {
        const double top =
          sample(x0, y0, channel) * (1 - fx) + sample(x0 + 1, y0, channel) * fx;
        const double bottom = sample(x0, y0 + 1, channel) * (1 - fx)
                              + sample(x0 + 1, y0 + 1, channel) * fx;
        made.row(y)[std::size_t{x} * 4 + static_cast<std::size_t>(channel)] =
          static_cast<std::uint8_t>(top * (1 - fy) + bottom * fy + 0.5);
      }
      made.row(y)[std::size_t{x} * 4 + 3] = 255;
    }
  return made;
}

// -- judging -----------------------------------------------------------------

class scene_quality {
public:
  explicit scene_quality(std::string folder) : folder_(std::move(folder)) {}

  [[nodiscard]] picture as_jpeg(const picture& from, int quality) const {
    encode_plan plan;
    plan.format = image_format::jpeg;
    plan.size = from.size;
    plan.quality = quality;
    std::vector<std::uint8_t> file;
    auto writer = adapters_.encoder->begin(
      plan, [&file](std::span<const std::uint8_t> bytes) {
        file.insert(file.end(), bytes.begin(), bytes.end());
        return result<void>{};
      });
    const bool written =
      writer
      && writer.value()->write_rows(
        from.rgba.data(), from.size.width * pixel_bytes, from.size.height)
      && writer.value()->finish();
    if (!written)
      std::abort();
    return read_picture(adapters_.ports(), file, {}).value();
  }

  [[nodiscard]] std::vector<picture> tiles() const {
    std::vector<picture> made;
    for (int number = 1; number <= 12; ++number) {
      std::ifstream stream{fmt::format("{}/kodim{:02}.png", folder_, number),
                           std::ios::binary};
      const std::vector<std::uint8_t> bytes{
        std::istreambuf_iterator<char>{stream},
        std::istreambuf_iterator<char>{}};
      const auto whole = read_picture(adapters_.ports(), bytes, {});
      if (!whole)
        return {};
      const image_size tile{whole->size.width / tiles_a_side,
                            whole->size.height / tiles_a_side};
      for (std::uint32_t row = 0; row < tiles_a_side; ++row)
        for (std::uint32_t column = 0; column < tiles_a_side; ++column)
          made.push_back(
            cut(*whole, {column * tile.width, row * tile.height, tile}));
    }
    return made;
  }

  described_tile see(const picture& shown) {
    return {describer_.scene_of(shown.view()), pdq_of(shown.view()),
            phash_of(shown.view())};
  }

private:
  std::string folder_;
  image_adapters adapters_ = open_image_adapters();
  std::shared_ptr<const square_fourier_source> transforms_ =
    io::open_fftw_square_fourier();
  describer describer_{*transforms_};
};

float similarity(const scene_vector& a, const scene_vector& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += static_cast<double>(a.at(i)) * b.at(i);
  return static_cast<float>(sum);
}

bool near_duplicates(const described_tile& a, const described_tile& b) {
  return (hamming(a.pdq.bits, b.pdq.bits) <= pdq_near
          || hamming(a.phash, b.phash) <= phash_near)
         && similarity(a.scene, b.scene) >= near_duplicate_similarity;
}

/// How one kind of change came out.
struct outcome {
  std::size_t first = 0;
  std::size_t confirmed = 0;
  std::vector<float> similarities;
};

outcome judge(const std::vector<described_tile>& originals,
              const std::vector<described_tile>& variants) {
  outcome found;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    std::size_t best = 0;
    float most = -2.0F;
    for (std::size_t k = 0; k < originals.size(); ++k) {
      const float now = similarity(variants[i].scene, originals[k].scene);
      if (now > most) {
        most = now;
        best = k;
      }
    }
    found.first += best == i ? 1 : 0;
    found.confirmed += near_duplicates(variants[i], originals[i]) ? 1 : 0;
    found.similarities.push_back(
      similarity(variants[i].scene, originals[i].scene));
  }
  std::sort(found.similarities.begin(), found.similarities.end());
  return found;
}

int measure(scene_quality& quality) {
  const auto shown = quality.tiles();
  if (shown.size() != 300) {
    fmt::print(stderr, "scene_bench: the photographs cannot be read\n");
    return 1;
  }
  std::vector<described_tile> originals;
  for (const auto& tile : shown)
    originals.push_back(quality.see(tile));
  const std::vector<
    std::pair<const char*, std::function<picture(const picture&)>>>
    changes{{"jpeg q30",
             [&](const picture& p) {
               return quality.as_jpeg(p, 30);
             }},
            {"quarter size", quartered},
            {"brightness 1.3", brightened},
            {"grey", greyed},
            {"crop 10 %", cropped},
            {"rotation 2", turned}};
  for (const auto& [name, change] : changes) {
    std::vector<described_tile> variants;
    for (const auto& tile : shown)
      variants.push_back(quality.see(change(tile)));
    const auto found = judge(originals, variants);
    fmt::print("{:<15} top-1 {:.4f}  similarity median {:.3f} lowest {:.3f}  "
               "near-duplicate recall {:.3f}\n",
               name, static_cast<double>(found.first) / 300.0,
               found.similarities[150], found.similarities.front(),
               static_cast<double>(found.confirmed) / 300.0);
  }
  float most = -2.0F;
  std::size_t close = 0;
  std::size_t false_pairs = 0;
  std::size_t pairs = 0;
  constexpr std::size_t tiles_of_one = tiles_a_side * tiles_a_side;
  for (std::size_t i = 0; i < originals.size(); ++i)
    for (std::size_t k = i + 1; k < originals.size(); ++k) {
      false_pairs += near_duplicates(originals[i], originals[k]) ? 1 : 0;
      if (i / tiles_of_one == k / tiles_of_one)
        continue;
      ++pairs;
      const float now = similarity(originals[i].scene, originals[k].scene);
      most = std::max(most, now);
      close += now >= near_duplicate_similarity ? 1 : 0;
    }
  fmt::print(
    "different photographs: {} pairs, highest similarity {:.3f}, {} at "
    "the threshold; near-duplicates among all unrelated tiles: {}\n",
    pairs, most, close, false_pairs);
  return 0;
}

} // namespace

int measure_in(const char* folder) {
  scene_quality quality{folder};
  return measure(quality);
}

} // namespace troupe::image

int main(int argc, char** argv) {
  return troupe::image::measure_in(argc > 1 ? argv[1] : ".");
}
