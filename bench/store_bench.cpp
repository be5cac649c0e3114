// Workloads on the SQLite library, release build only:
//   job_life/G      records, claims and finishes jobs in groups of G per
//                   transaction, on a RAM disk: CPU per job life, with history,
//                   audit and result rows. Counters: syncs and log bytes per
//                   job.
//   job_life_disk/G the same on the disk of $TMPDIR, then as many raw appends
//                   and fdatasyncs of the same bytes: `of_raw` is the rate of
//                   commits over the rate of those.
//   claim_steps/N   one claim and hand-back among N ready jobs: VM steps per
//                   claim.
//   status/N        status of a library of N files, all of them done.
// Inputs are generated from counters; nothing is read.

#include "bench/raw_disk.hpp"
#include "io/sqlite/sqlite_library_reader.hpp"
#include "io/sqlite/sqlite_library_store.hpp"
#include "tests/fakes/counting_vfs.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace troupe;

constexpr std::int64_t second_us = 1'000'000;
constexpr const char* vfs = "counting";

/// A document about as long as that of a piece of music without beats.
const std::string document(2000, 'x');

std::vector<recipe> recipes() {
  return {{job_kind::audio_analyze, media_kind::audio, "bench-1", "none"}};
}

/// A library in a folder of its own, gone at the end.
class scratch_library {
public:
  explicit scratch_library(const std::filesystem::path& parent)
    : folder_(parent / ("troupe-bench-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    io::sqlite_library_options options;
    // SQLite's own settings come with the first library, before any VFS.
    options.file = ":memory:first";
    static_cast<void>(io::open_sqlite_library_store(options));
    fakes::register_counting_vfs(vfs);
    options.file = file();
    options.vfs = vfs;
    options.recipes = recipes();
    auto opened = io::open_sqlite_library_store(options);
    if (!opened)
      std::abort();
    store_ = std::move(opened).value();
    expect(store_->begin());
    epoch_ = expect(store_->start_epoch(now_us_)).epoch;
    expect(store_->commit());
  }

  ~scratch_library() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  scratch_library(const scratch_library&) = delete;
  scratch_library(scratch_library&&) = delete;
  scratch_library& operator=(const scratch_library&) = delete;
  scratch_library& operator=(scratch_library&&) = delete;

  library_store& store() {
    return *store_;
  }

  [[nodiscard]] std::string file() const {
    return (folder_ / "library.db").string();
  }

  [[nodiscard]] std::filesystem::path folder() const {
    return folder_;
  }

  [[nodiscard]] std::int64_t epoch() const {
    return epoch_;
  }

  /// Records `count` new files, `group` per transaction.
  void record(std::int64_t count, std::int64_t group) {
    for (std::int64_t made = 0; made < count; made += group) {
      std::vector<found_file> files;
      for (std::int64_t i = 0; i < group; ++i)
        files.push_back(next_file());
      expect(store_->begin());
      expect(store_->record(files, now_us_));
      expect(store_->commit());
    }
  }

  /// Ends what is held, claims `count` more, in one transaction.
  void turn(std::int64_t count) {
    settle_request request{epoch_, now_us_, {}, {}};
    for (const auto& job : held_) {
      auto& end = request.ends.emplace_back();
      end.key = job.key;
      end.started_us = now_us_;
      end.ended_us = now_us_;
      end.worker = "analyzer-1";
      end.stage = "store";
      end.output = job_output{document, {}, {}};
    }
    request.claims.push_back(
      {job_kind::audio_analyze, static_cast<int>(count), false});
    expect(store_->begin());
    held_ = expect(store_->settle(request)).claimed;
    expect(store_->commit());
    now_us_ += 1000;
  }

  /// Claims one job and hands it back.
  void claim_and_return() {
    settle_request request{epoch_, now_us_, {}, {}};
    request.claims.push_back({job_kind::audio_analyze, 1, false});
    expect(store_->begin());
    const auto claimed = expect(store_->settle(request)).claimed;
    attempt_end back;
    back.key = claimed.at(0).key;
    back.next = job_state::ready;
    back.outcome = attempt_outcome::returned;
    expect(store_->settle({epoch_, now_us_, {back}, {}}));
    expect(store_->commit());
    now_us_ += 1000;
  }

  template <class T>
  static T expect(result<T> outcome) {
    if (!outcome) {
      std::fputs(outcome.failure().detail.c_str(), stderr);
      std::abort();
    }
    if constexpr (!std::is_void_v<T>)
      return std::move(outcome).value();
  }

private:
  found_file next_file() {
    found_file file;
    ++files_;
    // Spread like real hashes, so that their index is written all over.
    auto mixed = static_cast<std::uint64_t>(files_) * 0x9e3779b97f4a7c15U;
    for (std::size_t i = 0; i < file.hash.size(); ++i, mixed *= 31)
      file.hash[i] = static_cast<std::uint8_t>(mixed >> 56U);
    for (std::size_t i = 0; i < 8; ++i)
      file.hash[24 + i] = static_cast<std::uint8_t>(files_ >> (8 * i));
    file.path = "/music/artist-" + std::to_string(files_ / 100) + "/album-"
                + std::to_string(files_ / 10 % 10) + "/track-"
                + std::to_string(files_) + ".flac";
    file.stamp = {30'000'000 + files_, 1};
    return file;
  }

  std::filesystem::path folder_;
  std::unique_ptr<library_store> store_;
  std::vector<claimed_job> held_;
  std::int64_t files_ = 0;
  std::int64_t epoch_ = 0;
  std::int64_t now_us_ = 1'700'000'000 * second_us;
};

double cpu_seconds() {
  timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec)
         + static_cast<double>(spent.tv_nsec) * 1e-9;
}

/// Lives of `jobs` jobs, `group` per transaction; the log is moved when idle.
void live(scratch_library& library, std::int64_t jobs, std::int64_t group) {
  for (std::int64_t done = 0; done < jobs; done += group) {
    library.record(group, group);
    library.turn(group);
    if (done / group % 64 == 63)
      library.expect(library.store().checkpoint(false));
  }
  library.turn(0);
}

void job_life(benchmark::State& state) {
  const auto group = state.range(0);
  const std::int64_t jobs = group * std::max<std::int64_t>(1, 6400 / group);
  scratch_library library{"/dev/shm"};
  live(library, 6400, 64);
  const auto before = fakes::counted_by_vfs(vfs);
  const double cpu_before = cpu_seconds();
  std::int64_t total = 0;
  for ([[maybe_unused]] auto once : state) {
    live(library, jobs, group);
    total += jobs;
  }
  const auto after = fakes::counted_by_vfs(vfs);
  const auto per_job = [&](double amount) {
    return amount / static_cast<double>(total);
  };
  state.counters["cpu_us_per_job"] =
    per_job((cpu_seconds() - cpu_before) * 1e6);
  state.counters["syncs_per_job"] =
    per_job(static_cast<double>(after.syncs - before.syncs));
  state.counters["log_bytes_per_job"] = per_job(
    static_cast<double>(after.log_bytes_written - before.log_bytes_written));
}

BENCHMARK(job_life)->Arg(1)->Arg(10)->Arg(64)->Unit(benchmark::kMillisecond);

void job_life_disk(benchmark::State& state) {
  const auto group = state.range(0);
  scratch_library library{std::filesystem::temp_directory_path()};
  live(library, 640, 64);
  double ours = 0;
  double raw = 0;
  // A window of ours, a window of raw writes, and so on: the disk's mood is
  // the same for both.
  for ([[maybe_unused]] auto once : state) {
    const auto before = fakes::counted_by_vfs(vfs);
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 16; ++i) {
      library.record(group, group);
      library.turn(group);
    }
    const std::chrono::duration<double> spent =
      std::chrono::steady_clock::now() - start;
    const auto after = fakes::counted_by_vfs(vfs);
    ours += spent.count();
    const auto syncs = std::max<std::int64_t>(1, after.syncs - before.syncs);
    raw += troupe::bench::raw_seconds(
      library.folder(), syncs,
      (after.log_bytes_written - before.log_bytes_written) / syncs);
  }
  state.counters["of_raw"] = raw / ours;
  state.counters["jobs_per_s"] =
    static_cast<double>(state.iterations() * 16 * group) / ours;
}

BENCHMARK(job_life_disk)
  ->Arg(1)
  ->Arg(10)
  ->Arg(64)
  ->Unit(benchmark::kMillisecond);

void claim_steps(benchmark::State& state) {
  scratch_library library{"/dev/shm"};
  library.record(state.range(0), 1000);
  const auto before = io::sqlite_vm_steps(library.store());
  for ([[maybe_unused]] auto once : state)
    library.claim_and_return();
  state.counters["vm_steps_per_claim"] =
    static_cast<double>(io::sqlite_vm_steps(library.store()) - before)
    / static_cast<double>(state.iterations());
}

BENCHMARK(claim_steps)
  ->Arg(1'000)
  ->Arg(1'000'000)
  ->Iterations(1000)
  ->Unit(benchmark::kMicrosecond);

void status(benchmark::State& state) {
  scratch_library library{"/dev/shm"};
  library.record(state.range(0), 1000);
  for (std::int64_t done = 0; done <= state.range(0); done += 1000)
    library.turn(1000);
  auto reader =
    library.expect(io::open_sqlite_library_reader(library.file(), recipes()));
  for ([[maybe_unused]] auto once : state)
    benchmark::DoNotOptimize(library.expect(reader->status()));
}

BENCHMARK(status)->Arg(100'000)->Unit(benchmark::kMillisecond);

void known_files(benchmark::State& state) {
  scratch_library library{"/dev/shm"};
  library.record(state.range(0), 1000);
  auto reader =
    library.expect(io::open_sqlite_library_reader(library.file(), recipes()));
  for ([[maybe_unused]] auto once : state)
    benchmark::DoNotOptimize(library.expect(reader->known_files({"/music"})));
}

BENCHMARK(known_files)->Arg(100'000)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
