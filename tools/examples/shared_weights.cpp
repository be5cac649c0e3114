// How UPSCALERs share a network: one immutable set of weights in memory, a
// scratch for each of them, and no lock anywhere.
//
//   shared_weights WEIGHTS.safetensors [WORKERS]
//
// Enlarges one made-up picture by one worker and by several, and compares. The
// actors of troupe do the same, with a mailbox instead of the counter.

#include "domain/upscale/enlargement.hpp"
#include "io/openssl_content_hash.hpp"
#include "io/weights/mmap_weights_source.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

using namespace troupe::upscale;

/// Grey waves: enough to tell a wrong pixel from a right one.
source_picture made_up_picture() {
  source_picture picture;
  picture.size = {900, 700};
  picture.format = {1, 8};
  for (std::uint32_t i = 0; i < picture.size.pixels(); ++i)
    picture.pixels.push_back(std::byte((i % 900 * (i / 900) / 64) & 0xFFU));
  return picture;
}

/// Every worker takes the next tile until none is left. All read the same
/// picture and the same weights; each writes to tiles that are its own.
std::vector<tile_pixels> enlarge(const tile_task& whole, std::size_t workers) {
  const tile_grid grid{whole.picture->size, 128, 256};
  std::vector<tile_pixels> tiles(grid.tiles());
  std::atomic<std::size_t> next{0};
  const auto work = [&](std::size_t number) {
    tile_maker maker; // its scratch: nobody else can reach it
    for (std::size_t i = next++; i < tiles.size(); i = next++) {
      auto task = whole;
      task.part = grid.at(i);
      tiles[i] = maker.make(task);
    }
    fmt::print("worker {} of {}: scratch {} bytes, weights {} bytes, shared\n",
               number, workers, maker.scratch_bytes(), maker.weight_bytes());
  };
  std::vector<std::jthread> threads;
  for (std::size_t number = 1; number <= workers; ++number)
    threads.emplace_back(work, number);
  threads.clear(); // joins them
  return tiles;
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2)
    return EXIT_FAILURE;
  const auto source = troupe::io::open_mmap_weights_source({});
  const auto hasher = troupe::io::open_openssl_content_hash();
  const auto weights = load_weights(*source, **hasher, argv[1]);
  if (!weights) {
    fmt::print(stderr, "{}\n", weights.failure().detail);
    return EXIT_FAILURE;
  }
  const tile_task whole{
    std::make_shared<const source_picture>(made_up_picture()), *weights, 0, {}};
  const auto several = argc > 2 ? std::atoi(argv[2]) : 4;
  const auto alone = enlarge(whole, 1);
  const auto same = enlarge(whole, static_cast<std::size_t>(several)) == alone;
  fmt::print("{} tiles, {} owners of one set, results {}\n", alone.size(),
             weights->use_count(), same ? "identical" : "different");
  return same ? EXIT_SUCCESS : EXIT_FAILURE;
}
