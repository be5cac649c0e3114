// How near enlarged pictures come to the originals, in the standard protocol.
//
//   upscale_quality DIR [--factor 2|3|4] [--down bicubic|bilinear|lanczos3|box]
//                       [--weights FILE|NAME]... [--denoise 0..1] [-v]
//
// DIR holds PNG originals. Each is cut to a multiple of the factor, reduced
// (8 bits, MATLAB's imresize; box: mean in linear light), enlarged in 8-bit RGB
// and compared: Y-PSNR and Y-SSIM with `factor` pixels of border left out,
// means over all pictures. Rows: bicubic and Lanczos-3, then every weight set
// of that factor, built in unless named, with its distance from Lanczos-3.

#include "bench/picture/picture_score.hpp"
#include "bench/picture/reference_resize.hpp"
#include "domain/network/upscale_network.hpp"
#include "io/openssl_content_hash.hpp"
#include "io/weights/mmap_weights_source.hpp"

#include <fmt/format.h>
#include <spng.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::bench {
namespace {

namespace fs = std::filesystem;

struct options {
  std::string folder;
  std::size_t factor = 2;
  std::string down = "bicubic";
  std::vector<std::string> weights;
  float denoise = 0;
  bool verbose = false;
};

struct original {
  std::string name;
  plane_stack picture;
};

// -- reading ------------------------------------------------------------------

std::optional<plane_stack> read_png(const fs::path& path) {
  std::ifstream stream{path, std::ios::binary};
  const std::string file{std::istreambuf_iterator<char>{stream}, {}};
  const std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)> png{spng_ctx_new(0),
                                                                spng_ctx_free};
  spng_ihdr header{};
  if (spng_set_png_buffer(png.get(), file.data(), file.size()) != 0
      || spng_get_ihdr(png.get(), &header) != 0)
    return std::nullopt;
  const auto grey = header.color_type == SPNG_COLOR_TYPE_GRAYSCALE;
  const std::size_t channels = grey ? 1 : 3;
  const auto format = grey ? SPNG_FMT_G8 : SPNG_FMT_RGB8;
  std::size_t bytes = 0;
  if (spng_decoded_image_size(png.get(), format, &bytes) != 0)
    return std::nullopt;
  std::vector<unsigned char> pixels(bytes);
  if (spng_decode_image(png.get(), pixels.data(), bytes, format, 0) != 0)
    return std::nullopt;
  auto picture = plane_stack::blank(header.width, header.height, channels);
  const auto count = picture.width * picture.height;
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t i = 0; i < count; ++i)
      picture.plane(c)[i] = pixels[i * channels + c];
  return picture;
}

/// The upper left part whose sides are multiples of `factor`.
plane_stack cut(const plane_stack& picture, std::size_t factor) {
  auto part =
    plane_stack::blank(picture.width / factor * factor,
                       picture.height / factor * factor, picture.channels);
  for (std::size_t c = 0; c < part.channels; ++c)
    for (std::size_t y = 0; y < part.height; ++y)
      std::copy_n(picture.plane(c) + y * picture.width, part.width,
                  part.plane(c) + y * part.width);
  return part;
}

std::vector<original> read_folder(const options& wanted) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator{wanted.folder})
    if (entry.path().extension() == ".png")
      paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<original> originals;
  for (const auto& path : paths)
    if (auto picture = read_png(path))
      originals.push_back(
        {path.filename().string(), cut(*picture, wanted.factor)});
    else
      fmt::print(stderr, "upscale_quality: {} is no readable PNG\n",
                 path.string());
  return originals;
}

// -- enlarging ----------------------------------------------------------------

plane_stack enlarged(network::upscale_scratch& scratch, const plane_stack& low,
                     float denoise) {
  const auto factor = scratch.weights().graph().factor;
  const auto pixels = low.width * low.height;
  std::vector<std::byte> in(pixels * low.channels);
  for (std::size_t c = 0; c < low.channels; ++c)
    for (std::size_t i = 0; i < pixels; ++i)
      in[i * low.channels + c] = static_cast<std::byte>(low.plane(c)[i]);
  auto high =
    plane_stack::blank(low.width * factor, low.height * factor, low.channels);
  std::vector<std::byte> out(high.samples.size());
  scratch.upscale({in.data(), low.width, low.height, low.channels, 8,
                   low.width * low.channels},
                  {0, 0, low.width, low.height}, {denoise},
                  {out.data(), high.width, high.height, low.channels, 8,
                   high.width * low.channels});
  for (std::size_t c = 0; c < high.channels; ++c)
    for (std::size_t i = 0; i < high.width * high.height; ++i)
      high.plane(c)[i] = std::to_integer<int>(out[i * high.channels + c]);
  return high;
}

/// Scores one way to enlarge on all pictures, prints them if asked to.
template <class Enlarge>
picture_score mean_score(const std::vector<original>& originals,
                         const options& wanted, const Enlarge& enlarge) {
  picture_score mean;
  for (const auto& [name, picture] : originals) {
    const auto low = resized(picture, picture.width / wanted.factor,
                             picture.height / wanted.factor, wanted.down);
    const auto one = score(picture, enlarge(low, picture), wanted.factor);
    if (wanted.verbose)
      fmt::print("  {:32} {:7.3f} {:.4f}\n", name, one.psnr_db, one.ssim);
    mean.psnr_db += one.psnr_db / static_cast<double>(originals.size());
    mean.ssim += one.ssim / static_cast<double>(originals.size());
  }
  return mean;
}

void print_networks(const std::vector<original>& originals,
                    const options& wanted, double lanczos_db) {
  const auto hasher = std::move(io::open_openssl_content_hash()).value();
  const auto source = io::open_mmap_weights_source({TROUPE_WEIGHTS_DIR});
  for (const auto& name :
       wanted.weights.empty() ? source->names() : wanted.weights) {
    const auto file = source->open(name);
    if (!file) {
      fmt::print(stderr, "{}\n", file.failure().detail);
      continue;
    }
    const auto weights =
      network::network_weights::load((*file)->bytes(), *hasher);
    if (!weights) {
      fmt::print(stderr, "{}: {}\n", name, weights.failure().detail);
      continue;
    }
    if ((*weights)->graph().factor != wanted.factor)
      continue;
    network::upscale_scratch scratch{*weights};
    const auto mean =
      mean_score(originals, wanted, [&](const auto& low, const auto&) {
        return enlarged(scratch, low, wanted.denoise);
      });
    fmt::print("{:28} {:7.3f} {:.4f} {:+.3f} dB\n", name, mean.psnr_db,
               mean.ssim, mean.psnr_db - lanczos_db);
  }
}

int run(const options& wanted) {
  const auto originals = read_folder(wanted);
  if (originals.empty()) {
    fmt::print(stderr, "upscale_quality: no PNG in {}\n", wanted.folder);
    return 3;
  }
  fmt::print(
    "{} pictures, x{}, reduced by {}; Y-PSNR, Y-SSIM, over Lanczos-3\n",
    originals.size(), wanted.factor, wanted.down);
  double lanczos_db = 0;
  for (const std::string kernel : {"bicubic", "lanczos3"}) {
    const auto mean =
      mean_score(originals, wanted, [&](const auto& low, const auto& high) {
        return resized(low, high.width, high.height, kernel);
      });
    fmt::print("{:28} {:7.3f} {:.4f}\n", kernel, mean.psnr_db, mean.ssim);
    lanczos_db = mean.psnr_db;
  }
  print_networks(originals, wanted, lanczos_db);
  return 0;
}

std::optional<options> read_options(const std::vector<std::string>& words) {
  options wanted;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto more = i + 1 < words.size();
    if (words[i] == "-v")
      wanted.verbose = true;
    else if (words[i] == "--factor" && more)
      wanted.factor = std::strtoul(words[++i].c_str(), nullptr, 10);
    else if (words[i] == "--down" && more)
      wanted.down = words[++i];
    else if (words[i] == "--weights" && more)
      wanted.weights.push_back(words[++i]);
    else if (words[i] == "--denoise" && more)
      wanted.denoise = std::strtof(words[++i].c_str(), nullptr);
    else if (wanted.folder.empty() && !words[i].starts_with('-'))
      wanted.folder = words[i];
    else
      return std::nullopt;
  }
  const auto known = wanted.factor >= 2 && wanted.factor <= 4
                     && wanted.denoise >= 0 && wanted.denoise <= 1;
  return known && fs::is_directory(wanted.folder) ? std::optional{wanted}
                                                  : std::nullopt;
}

} // namespace
} // namespace troupe::bench

int main(int argc, char** argv) {
  const auto wanted = troupe::bench::read_options(
    std::vector<std::string>(argv + 1, argv + argc));
  if (!wanted) {
    std::fputs("upscale_quality DIR [--factor 2|3|4] [--down KERNEL] "
               "[--weights NAME]... [--denoise 0..1] [-v]\n",
               stderr);
    return 2;
  }
  return troupe::bench::run(*wanted);
}
