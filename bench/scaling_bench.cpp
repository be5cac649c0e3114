// Workload, release build only, with the real program:
//   two_analyzers    the same generated pieces, indexed into a fresh library on
//                    a RAM disk by (a) one process with one ANALYZER, (b) one
//                    process with two, (c) two processes with one each and half
//                    of the pieces. Alternating, so that the machine's mood is
//                    the same for all. Counters: the speed-up of (b) and of (c)
//                    over (a), and `of_processes`, their ratio.
// Usage: scaling_bench TROUPE_BINARY [google benchmark options]

#include "bench/program_run.hpp"
#include "tools/sample/sample_folder.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;
using namespace troupe::benches;

std::string program;

constexpr int pieces = 64;
constexpr double piece_s = 30.0;

/// The pieces in one folder, and dealt out alternately to two others.
class input {
public:
  input()
    : root_(fs::path{"/dev/shm"}
            / ("troupe-scaling-" + std::to_string(::getpid()))) {
    fs::remove_all(root_);
    fs::create_directories(root_ / "all");
    const auto made = troupe::sample::make_many_pieces((root_ / "all").string(),
                                                       {pieces, piece_s, 1});
    if (!made)
      std::abort();
    std::vector<fs::path> files;
    for (const auto& file : fs::directory_iterator{root_ / "all"})
      files.push_back(file.path());
    // By format, then by name: both halves get as many of each.
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) {
      return std::pair{a.extension(), a.filename()}
             < std::pair{b.extension(), b.filename()};
    });
    for (const auto* half : {"half-0", "half-1"})
      fs::create_directories(root_ / half);
    for (std::size_t i = 0; i < files.size(); ++i)
      fs::create_hard_link(files[i], root_ / (i % 2 == 0 ? "half-0" : "half-1")
                                       / files[i].filename());
  }

  ~input() {
    fs::remove_all(root_);
  }

  input(const input&) = delete;
  input& operator=(const input&) = delete;

  [[nodiscard]] fs::path root() const {
    return root_;
  }

private:
  fs::path root_;
};

pid_t start_index(const fs::path& library, const fs::path& folder,
                  const std::string& workers) {
  for (const auto* end : {"", "-wal", "-shm", ".lock", ".crash"})
    fs::remove(library.string() + end);
  std::vector<std::string> words{program,        "--library", library.string(),
                                 "index",        "--workers", workers,
                                 folder.string()};
  return start_program(std::move(words));
}

void two_analyzers(benchmark::State& state) {
  const input set;
  const auto root = set.root();
  std::vector<double> one;
  std::vector<double> two;
  std::vector<double> processes;
  for ([[maybe_unused]] auto once : state) {
    one.push_back(seconds_of(
      [&] { await_program(start_index(root / "a.db", root / "all", "1")); }));
    two.push_back(seconds_of(
      [&] { await_program(start_index(root / "b.db", root / "all", "2")); }));
    processes.push_back(seconds_of([&] {
      const auto first = start_index(root / "c.db", root / "half-0", "1");
      const auto second = start_index(root / "d.db", root / "half-1", "1");
      await_program(first);
      await_program(second);
    }));
  }
  const auto ours = median(one) / median(two);
  const auto theirs = median(one) / median(processes);
  state.counters["speed_up"] = ours;
  state.counters["speed_up_of_processes"] = theirs;
  state.counters["of_processes"] = ours / theirs;
  state.counters["x_real_time_of_one"] = pieces * piece_s / median(one);
}

BENCHMARK(two_analyzers)->Iterations(15)->Unit(benchmark::kMillisecond);

} // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: scaling_bench TROUPE_BINARY\n", stderr);
    return 2;
  }
  program = argv[1];
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
