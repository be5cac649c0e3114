// What a slow COMMIT costs, release build only: painted pictures embedded by
// the real PREPROCESSOR and EMBEDDERs, with 50 ms added to every COMMIT and
// without, in turns. `ratio` is the throughput with over that without, a
// median of five. Wall time. Usage: slow_commit_bench [PICTURES]

#include "bench/picture/painted_picture.hpp"
#include "tests/fakes/failing_library_store.hpp"
#include "tools/assemble.hpp"
#include "tools/image_adapters.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace troupe::benches {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

double wall_seconds() {
  return std::chrono::duration<double>(
           std::chrono::steady_clock::now().time_since_epoch())
    .count();
}

void paint_pictures(const fs::path& folder, int count) {
  fs::create_directories(folder);
  const auto adapters = open_image_adapters();
  for (int i = 0; i < count; ++i) {
    const auto painted =
      paint({500, 375}, static_cast<std::uint32_t>(1'000 + i));
    std::ofstream file{folder / (std::to_string(i) + ".jpg"), std::ios::binary};
    encode_plan plan;
    plan.format = image_format::jpeg;
    plan.size = painted.size;
    plan.quality = 90;
    auto writer = adapters.encoder->begin(
      plan, [&file](std::span<const std::uint8_t> bytes) -> result<void> {
        file.write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
        return {};
      });
    const auto view = painted.view();
    if (!writer
        || !(*writer)->write_rows(view.rgba, view.row_bytes,
                                  painted.size.height)
        || !(*writer)->finish())
      std::abort();
  }
}

/// Seconds to index the pictures into a library of their own.
double index_seconds(const fs::path& folder, const fs::path& pictures,
                     std::chrono::milliseconds delay) {
  const auto library = folder / "slow.db";
  for (const auto* suffix : {"", "-wal", "-shm", ".lock", ".crash"})
    fs::remove(library.string() + suffix);
  assembly_overrides overrides;
  overrides.decorate_store = [delay](std::unique_ptr<library_store> store) {
    return std::unique_ptr<library_store>{
      std::make_unique<testing::failing_library_store>(
        std::move(store), [delay](std::string_view name) {
          if (name == "commit")
            std::this_thread::sleep_for(delay);
          return std::optional<error>{};
        })};
  };
  assembly_request request;
  request.access = library_access::write;
  request.library = library.string();
  request.role = "bench";
  request.with_workers = true;
  auto open = assemble(std::move(request), {}, overrides);
  if (!open)
    std::abort();
  auto& system = open.value()->system();
  system.begin_find({{pictures.string()}});
  while (system.wait(1s) != troupe_system::event::found) {
  }
  // What is measured is embedding: from the moment that all is queued.
  const double start = wall_seconds();
  const auto before = system.progress()->done;
  system.begin_idle_watch();
  while (system.wait(1s) != troupe_system::event::idle) {
  }
  const auto done = system.progress()->done - before;
  return (wall_seconds() - start) / static_cast<double>(done);
}

void bench_slow_commit(const fs::path& folder, int pictures) {
  paint_pictures(folder / "pictures", pictures);
  std::vector<double> ratios;
  for (int round = 0; round < 5; ++round) {
    const bool slow_first = round % 2 == 1;
    const auto first =
      index_seconds(folder, folder / "pictures", slow_first ? 50ms : 0ms);
    const auto second =
      index_seconds(folder, folder / "pictures", slow_first ? 0ms : 50ms);
    ratios.push_back(slow_first ? second / first : first / second);
    fmt::print("slow      round {}: {:.1f} and {:.1f} pictures/s\n", round + 1,
               1.0 / (slow_first ? second : first),
               1.0 / (slow_first ? first : second));
  }
  std::sort(ratios.begin(), ratios.end());
  fmt::print("slow      ratio {:.3f} (bar 0.95), {:.3f} to {:.3f}\n",
             ratios[ratios.size() / 2], ratios.front(), ratios.back());
}

} // namespace

} // namespace troupe::benches

int main(int argc, char** argv) {
  const auto folder = std::filesystem::temp_directory_path()
                      / ("troupe-slow-bench-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  troupe::benches::bench_slow_commit(folder,
                                     argc > 1 ? std::atoi(argv[1]) : 300);
  std::filesystem::remove_all(folder);
}
