// What a node costs those who wait for it, release build only:
//   start_to_ready/100000  `troupe node` on a library of 100,000 analysed
//   files,
//                          from exec to its ready line. The files are in the
//                          page cache: what is measured is our own work.
//   add_through_node       a whole `troupe add --text` process, from exec to
//                          exit, its text durable.
//   version                `troupe --version`: what any process of ours costs.
// Each prints quantiles of wall time, and CPU time per process, which other
// work on the machine changes less. Usage: node_bench PROGRAM

#include "domain/ports/library_store.hpp"
#include "io/sndfile_audio_decoder.hpp"
#include "io/sqlite/sqlite_library_store.hpp"
#include "tests/e2e/child_process.hpp"
#include "tools/adapters.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace troupe;
using namespace std::chrono_literals;
using testing::child_process;

constexpr std::int64_t files_total = 100'000;
constexpr std::int64_t group = 1'000;
constexpr std::int64_t now_us = 1'700'000'000'000'000;

template <class T>
T expect(result<T> outcome) {
  if (!outcome) {
    std::fputs(outcome.failure().detail.c_str(), stderr);
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>)
    return std::move(outcome).value();
}

found_file numbered_file(std::int64_t number) {
  found_file file;
  // Spread like real hashes, so that their index is written all over.
  auto mixed = static_cast<std::uint64_t>(number) * 0x9e3779b97f4a7c15U;
  for (std::size_t i = 0; i < 24; ++i, mixed *= 31)
    file.hash[i] = static_cast<std::uint8_t>(mixed >> 56U);
  for (std::size_t i = 0; i < 8; ++i)
    file.hash[24 + i] = static_cast<std::uint8_t>(number >> (8 * i));
  file.path = "/music/album-" + std::to_string(number / 10) + "/track-"
              + std::to_string(number) + ".flac";
  file.stamp = {30'000'000 + number, 1};
  return file;
}

/// Ends what is claimed and claims the next group.
std::vector<claimed_job> turn(library_store& store, std::int64_t epoch,
                              const std::vector<claimed_job>& held) {
  settle_request request{epoch, now_us, {}, {}};
  for (const auto& job : held) {
    auto& end = request.ends.emplace_back();
    end.key = job.key;
    end.started_us = now_us;
    end.ended_us = now_us;
    end.worker = "analyzer-1";
    end.stage = "store";
    end.output = job_output{std::string(2'000, 'x'), {}, {}};
  }
  request.claims.push_back(
    {job_kind::audio_analyze, static_cast<int>(group), false});
  expect(store.begin());
  auto claimed = expect(store.settle(request)).claimed;
  expect(store.commit());
  return claimed;
}

void make_library(const std::string& file) {
  io::sqlite_library_options options;
  options.file = file;
  options.recipes = recipes_under(*io::open_sndfile_audio_decoder());
  auto store = expect(io::open_sqlite_library_store(options));
  expect(store->begin());
  const auto epoch = expect(store->start_epoch(now_us)).epoch;
  expect(store->commit());
  std::vector<claimed_job> held;
  for (std::int64_t made = 0; made < files_total; made += group) {
    std::vector<found_file> files;
    for (std::int64_t i = 0; i < group; ++i)
      files.push_back(numbered_file(made + i));
    expect(store->begin());
    static_cast<void>(expect(store->record(files, now_us)));
    expect(store->commit());
    held = turn(*store, epoch, held);
  }
  static_cast<void>(turn(*store, epoch, held));
  expect(store->checkpoint(true));
}

double children_cpu_ms() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto ms = [](const timeval& x) {
    return static_cast<double>(x.tv_sec) * 1e3
           + static_cast<double>(x.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

/// Runs it `times` times and prints what it took.
void measure(const char* name, int times, const std::function<void()>& once) {
  std::vector<double> took_ms;
  const auto cpu_before = children_cpu_ms();
  for (int i = 0; i < times; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    once();
    took_ms.push_back(std::chrono::duration<double, std::milli>(
                        std::chrono::steady_clock::now() - begun)
                        .count());
  }
  std::sort(took_ms.begin(), took_ms.end());
  std::printf("%-24s wall ms min %7.2f p50 %7.2f p90 %7.2f   cpu ms %7.2f\n",
              name, took_ms.front(), took_ms[took_ms.size() / 2],
              took_ms[took_ms.size() * 9 / 10],
              (children_cpu_ms() - cpu_before) / times);
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: node_bench PROGRAM\n", stderr);
    return 2;
  }
  const std::string program = argv[1];
  const auto folder = std::filesystem::path{"/dev/shm"}
                      / ("troupe-node-bench-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder / "run");
  const auto library = (folder / "library.db").string();
  const std::map<std::string, std::string> place{
    {"XDG_RUNTIME_DIR", (folder / "run").string()}};
  make_library(library);
  const std::vector<std::string> node{program, "--library", library, "node"};
  measure("start_to_ready/100000", 9, [&] {
    child_process one{node, place};
    if (!one.wait_for("coverage=", 60s))
      std::exit(1);
  });
  child_process running{node, place};
  if (!running.wait_for("coverage=", 60s))
    return 1;
  int number = 0;
  measure("add_through_node", 200, [&] {
    const auto end = testing::run({program, "--library", library, "add",
                                   "--text", std::to_string(++number)},
                                  place);
    if (end.code != 0)
      std::exit(1);
  });
  measure("version", 200, [&] {
    static_cast<void>(testing::run({program, "--version"}));
  });
  running.signal(SIGTERM);
  static_cast<void>(running.end(60s));
  std::filesystem::remove_all(folder);
}
