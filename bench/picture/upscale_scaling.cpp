// Workloads, release build only, with the real program and the set that is
// shipped, on painted pictures on a RAM disk:
//   upscalers/N        ten pictures of 960 x 540 enlarged by (a) one process
//                      with one UPSCALER, (b) one process with N, (c) N
//                      processes with one each and their share of the pictures.
//                      Alternating. Counters: the speed-up of (b) and of (c)
//                      over (a), and `of_processes`, their ratio (goal 0.95)
//   weights/1, /8      peak memory of one picture of 256 x 256, by UPSCALERs
//   large              a picture of 24 megapixels, PNG to PNG. Counters: peak
//                      memory, that of picture in and out as 8-bit RGB, and
//                      what the peak has above both (goal: at most 64 MiB)
// Usage: upscale_scaling TROUPE_BINARY [google benchmark options]

#include "bench/picture/painted_picture.hpp"
#include "bench/program_run.hpp"
#include "tools/image_adapters.hpp"

#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace troupe::benches {
namespace {

namespace fs = std::filesystem;

std::string program;
constexpr double mebi = 1024.0 * 1024.0;
constexpr int pictures = 10;

void write_picture(const fs::path& path, image::image_size size,
                   std::uint32_t seed) {
  const auto adapters = open_image_adapters();
  const auto painted = paint(size, seed);
  std::ofstream file{path, std::ios::binary};
  encode_plan plan;
  plan.size = size;
  auto writer =
    adapters.encoder->begin(plan, [&file](std::span<const std::uint8_t> bytes) {
      file.write(reinterpret_cast<const char*>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()));
      return result<void>{};
    });
  if (!writer
      || !(*writer)->write_rows(painted.rgba.data(), size.width * 4,
                                size.height)
      || !(*writer)->finish())
    std::abort();
}

/// A folder that goes away.
class ram_folder {
public:
  ram_folder()
    : root_(fs::path{"/dev/shm"}
            / ("troupe-upscale-" + std::to_string(::getpid()))) {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }

  ~ram_folder() {
    fs::remove_all(root_);
  }

  ram_folder(const ram_folder&) = delete;
  ram_folder& operator=(const ram_folder&) = delete;

  [[nodiscard]] fs::path at(const std::string& name) const {
    return root_ / name;
  }

private:
  fs::path root_;
};

pid_t start(const fs::path& in, const fs::path& out, int workers) {
  fs::remove_all(out);
  return start_program({program, "upscale", in, out, "--model", "bicubic-fast",
                        "--workers", std::to_string(workers)});
}

void upscalers(benchmark::State& state) {
  const ram_folder folder;
  const auto share = static_cast<int>(state.range(0));
  fs::create_directories(folder.at("all"));
  for (int i = 0; i < pictures; ++i) {
    const auto name = std::to_string(i) + ".png";
    write_picture(folder.at("all") / name, {960, 540},
                  static_cast<std::uint32_t>(i));
    const auto part = folder.at("part" + std::to_string(i % share));
    fs::create_directories(part);
    fs::create_hard_link(folder.at("all") / name, part / name);
  }
  std::vector<double> one;
  std::vector<double> several;
  std::vector<double> processes;
  for ([[maybe_unused]] auto once : state) {
    one.push_back(seconds_of(
      [&] { await_program(start(folder.at("all"), folder.at("a"), 1)); }));
    several.push_back(seconds_of(
      [&] { await_program(start(folder.at("all"), folder.at("b"), share)); }));
    processes.push_back(seconds_of([&] {
      std::vector<pid_t> children;
      for (int i = 0; i < share; ++i)
        children.push_back(start(folder.at("part" + std::to_string(i)),
                                 folder.at("c" + std::to_string(i)), 1));
      for (const auto child : children)
        await_program(child);
    }));
  }
  const auto ours = median(one) / median(several);
  const auto theirs = median(one) / median(processes);
  state.counters["speed_up"] = ours;
  state.counters["speed_up_of_processes"] = theirs;
  state.counters["of_processes"] = ours / theirs;
}

BENCHMARK(upscalers)->Arg(1)->Arg(2)->Iterations(9)->Unit(
  benchmark::kMillisecond);

void weights(benchmark::State& state) {
  const ram_folder folder;
  write_picture(folder.at("in.png"), {256, 256}, 1);
  std::int64_t peak = 0;
  for ([[maybe_unused]] auto once : state)
    peak = await_program(start(folder.at("in.png"), folder.at("out.png"),
                               static_cast<int>(state.range(0))));
  state.counters["peak_MiB"] = static_cast<double>(peak) / mebi;
}

BENCHMARK(weights)->Arg(1)->Arg(8)->Iterations(3)->Unit(
  benchmark::kMillisecond);

void large(benchmark::State& state) {
  const ram_folder folder;
  constexpr image::image_size size{6'000, 4'000};
  write_picture(folder.at("in.png"), size, 1);
  std::int64_t peak = 0;
  for ([[maybe_unused]] auto once : state)
    peak = await_program(start(folder.at("in.png"), folder.at("out.png"), 2));
  const auto in = static_cast<double>(size.pixels()) * 3;
  state.counters["peak_MiB"] = static_cast<double>(peak) / mebi;
  state.counters["in_MiB"] = in / mebi;
  state.counters["out_MiB"] = 4 * in / mebi;
  state.counters["above_MiB"] = (static_cast<double>(peak) - 5 * in) / mebi;
}

BENCHMARK(large)->Iterations(1)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace troupe::benches

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: upscale_scaling TROUPE_BINARY\n", stderr);
    return 2;
  }
  troupe::benches::program = argv[1];
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
