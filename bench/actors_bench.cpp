// Workloads through LIBRARIAN and SUPERVISOR, release build only:
//   job_life/B       the recipe's version changed: jobs for contents already
//                    known are queued and 64 workers that answer at once with a
//                    result of B bytes end them, on a RAM disk. CPU of the
//                    whole process and syncs (counted in the VFS) per job:
//                    queue, claim, end, with attempt, audit and result rows.
//                    2000 bytes are about a piece of music.
//   file_life/B      the same for new files, recorded in batches of 64: entry
//                    and content rows as well.
//   file_life_disk   the same on the disk of $TMPDIR, and as many raw appends
//                    and fdatasyncs of the same bytes right after: `of_raw` is
//                    our rate of syncs over that of the raw ones.
//   traced_life      job_life/64, its messages recorded for `jobs trace` in
//                    every other round: `cost` is the median over all pairs of
//                    rounds of the CPU with the recorder over that without,
//                    less one.
//   idle             a system that has done its work: syncs and wake-ups of
//                    all threads per second, over 10 s.
// Inputs are generated from counters; nothing is read.

#include "actors/actor_settings.hpp"
#include "actors/embedding_supervisor.hpp"
#include "actors/librarian.hpp"
#include "actors/tracing/message_trace.hpp"
#include "bench/raw_disk.hpp"
#include "io/clock/tsc_tick_counter.hpp"
#include "io/sqlite/sqlite_library_store.hpp"
#include "io/system_wall_clock.hpp"
#include "tests/fakes/counting_vfs.hpp"
#include "tests/fakes/memory_log_sink.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace troupe;
namespace fs = std::filesystem;

constexpr const char* vfs = "counting-actors";
constexpr int in_flight = 64;
constexpr std::size_t batch_files = 64;

double cpu_seconds() {
  timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec)
         + static_cast<double>(spent.tv_nsec) * 1e-9;
}

/// Voluntary context switches of all threads: each is a sleep that ended.
std::int64_t wake_ups() {
  std::int64_t sum = 0;
  for (const auto& task : fs::directory_iterator{"/proc/self/task"}) {
    std::ifstream status{task.path() / "status"};
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("voluntary_ctxt_switches:"))
        sum += std::stoll(line.substr(line.find(':') + 1));
  }
  return sum;
}

/// What a workload used.
struct costs {
  double cpu_s = 0.0;
  std::int64_t syncs = 0;

  friend costs operator-(const costs& a, const costs& b) {
    return {a.cpu_s - b.cpu_s, a.syncs - b.syncs};
  }

  costs& operator+=(const costs& other) {
    cpu_s += other.cpu_s;
    syncs += other.syncs;
    return *this;
  }
};

/// Of this process so far.
costs costs_so_far() {
  return {cpu_seconds(), fakes::counted_by_vfs(vfs).syncs};
}

/// LIBRARIAN, SUPERVISOR and instant workers over a library in `parent`.
class stage {
public:
  explicit stage(const fs::path& parent, std::size_t result_bytes)
    : folder_(parent / ("troupe-actors-bench-" + std::to_string(::getpid()))),
      clock_(io::open_system_wall_clock()), system_(config_), self_(system_) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    io::sqlite_library_options options;
    // SQLite's own settings come with the first library, before any VFS.
    options.file = ":memory:first";
    static_cast<void>(io::open_sqlite_library_store(options));
    fakes::register_counting_vfs(vfs);
    result_bytes_ = result_bytes;
    spawn(open("bench-1"));
  }

  ~stage() {
    end(supervisor_);
    end(librarian_);
    fs::remove_all(folder_);
  }

  stage(const stage&) = delete;
  stage& operator=(const stage&) = delete;

  /// Opens the library with another version, so that every content gets a new
  /// job, and waits until every job is done. Costs count from the opening on,
  /// which checks the file from end to end.
  costs live_again(const std::string& version) {
    end(supervisor_);
    end(librarian_);
    auto store = open(version);
    const auto before = costs_so_far();
    spawn(std::move(store));
    await_idle();
    return costs_so_far() - before;
  }

  /// Records `count` files and waits until every job is done.
  void live(std::int64_t count) {
    for (std::int64_t made = 0; made < count;) {
      found_batch batch;
      for (; batch.files.size() < batch_files; ++made)
        batch.files.push_back(next_file());
      self_
        ->request(supervisor_, caf::infinite, record_atom_v, std::move(batch))
        .receive([](const record_report&) {},
                 [](const caf::error&) { std::abort(); });
    }
    await_idle();
  }

  /// Whether messages are recorded from the next `live_again` on.
  void trace(bool on) {
    config_.trace = on ? std::make_shared<message_trace>(*ticks_) : nullptr;
  }

  [[nodiscard]] const fs::path& folder() const {
    return folder_;
  }

private:
  [[nodiscard]] std::unique_ptr<library_store>
  open(const std::string& version) const {
    io::sqlite_library_options options;
    options.file = (folder_ / "library.db").string();
    options.vfs = vfs;
    options.recipes = {
      {job_kind::audio_analyze, media_kind::audio, version, "none"}};
    auto store = io::open_sqlite_library_store(options);
    if (!store)
      std::abort();
    return std::move(store.value());
  }

  void spawn(std::unique_ptr<library_store> store) {
    librarian_ = spawn_librarian(system_, {}, std::move(store), *clock_, log_);
    pool_limits limits;
    limits.slots = in_flight;
    supervisor_ = spawn_embedding_supervisor(
      system_, {},
      {{job_kind::audio_analyze, "instant", limits, instant(result_bytes_)}},
      librarian_, *clock_, log_);
  }

  void await_idle() {
    self_->request(supervisor_, caf::infinite, idle_atom_v)
      .receive([](const work_progress&) {},
               [](const caf::error&) { std::abort(); });
  }

  static worker_factory instant(std::size_t result_bytes) {
    return [result_bytes](caf::actor_system& host, const worker_seat& seat,
                          const dispatcher_actor& boss) {
      return host.spawn([seat, boss, result_bytes](worker_actor::pointer me)
                          -> worker_actor::behavior_type {
        me->send(boss, ask_atom_v, seat);
        return {
          [me, seat, boss, result_bytes](work_atom,
                                         const claimed_job_ptr& job) {
            work_outcome outcome;
            outcome.output = job_output{std::string(result_bytes, 'x'), {}, {}};
            me->send(boss, end_atom_v,
                     worker_end{seat, job->key, std::move(outcome)});
          },
          [](cancel_atom, const claim_key&, bool) {},
          [](step_atom) {},
        };
      });
    };
  }

  template <class Handle>
  void end(Handle& actor) {
    self_->monitor(actor);
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    self_->receive([](const caf::down_msg&) {});
    actor = Handle{};
  }

  found_file next_file() {
    found_file file;
    ++files_;
    // Spread like real hashes, so that their index is written all over.
    auto mixed = static_cast<std::uint64_t>(files_) * 0x9e3779b97f4a7c15U;
    for (std::size_t i = 0; i < 24; ++i, mixed *= 31)
      file.hash[i] = static_cast<std::uint8_t>(mixed >> 56U);
    for (std::size_t i = 0; i < 8; ++i)
      file.hash[24 + i] = static_cast<std::uint8_t>(files_ >> (8 * i));
    file.path = "/music/album-" + std::to_string(files_ / 10) + "/track-"
                + std::to_string(files_) + ".flac";
    file.stamp = {30'000'000 + files_, 1};
    return file;
  }

  fs::path folder_;
  std::unique_ptr<wall_clock> clock_;
  testing::memory_log_sink log_;
  std::unique_ptr<tick_counter> ticks_ = io::open_tsc_tick_counter();
  actor_settings config_{2, remoting::off};
  caf::actor_system system_;
  caf::scoped_actor self_;
  librarian_actor librarian_;
  supervisor_actor supervisor_;
  std::int64_t files_ = 0;
  std::size_t result_bytes_ = 0;
};

constexpr std::int64_t jobs_per_round = 12'800;

void print_costs(benchmark::State& state, const costs& used) {
  const auto jobs = static_cast<double>(state.iterations() * jobs_per_round);
  state.counters["cpu_us_per_job"] = used.cpu_s * 1e6 / jobs;
  state.counters["syncs_per_job"] = static_cast<double>(used.syncs) / jobs;
}

void job_life(benchmark::State& state) {
  stage set{"/dev/shm", static_cast<std::size_t>(state.range(0))};
  set.live(jobs_per_round);
  costs used;
  int version = 1;
  for ([[maybe_unused]] auto once : state)
    used += set.live_again("bench-" + std::to_string(++version));
  print_costs(state, used);
}

BENCHMARK(job_life)->Arg(64)->Arg(2'000)->Iterations(3)->Unit(
  benchmark::kMillisecond);

void traced_life(benchmark::State& state) {
  stage set{"/dev/shm", 64};
  set.live(jobs_per_round);
  int version = 1;
  const auto round_s = [&](bool traced) {
    set.trace(traced);
    return set.live_again("bench-" + std::to_string(++version)).cpu_s;
  };
  std::vector<double> ratios;
  for ([[maybe_unused]] auto once : state) {
    // Whoever comes second in a pair finds the other's traces in the caches.
    const bool traced_first = ratios.size() % 2 == 1;
    const auto first = round_s(traced_first);
    const auto second = round_s(!traced_first);
    ratios.push_back(traced_first ? first / second : second / first);
  }
  std::sort(ratios.begin(), ratios.end());
  state.counters["cost"] = ratios[ratios.size() / 2] - 1.0;
  state.counters["cost_p25"] = ratios[ratios.size() / 4] - 1.0;
  state.counters["cost_p75"] = ratios[ratios.size() * 3 / 4] - 1.0;
}

BENCHMARK(traced_life)->Iterations(25)->Unit(benchmark::kMillisecond);

void file_life(benchmark::State& state) {
  stage set{"/dev/shm", static_cast<std::size_t>(state.range(0))};
  set.live(jobs_per_round);
  const auto before = costs_so_far();
  for ([[maybe_unused]] auto once : state)
    set.live(jobs_per_round);
  print_costs(state, costs_so_far() - before);
}

BENCHMARK(file_life)->Arg(64)->Arg(2'000)->Iterations(3)->Unit(
  benchmark::kMillisecond);

void file_life_disk(benchmark::State& state) {
  constexpr std::int64_t jobs = 6'400;
  stage set{fs::temp_directory_path(), 2'000};
  set.live(jobs);
  double ours = 0;
  double raw = 0;
  double syncs_per_job = 0;
  // A window of ours, a window of raw writes: one mood of the disk for both.
  for ([[maybe_unused]] auto once : state) {
    const auto before = fakes::counted_by_vfs(vfs);
    const auto start = std::chrono::steady_clock::now();
    set.live(jobs);
    const std::chrono::duration<double> spent =
      std::chrono::steady_clock::now() - start;
    const auto after = fakes::counted_by_vfs(vfs);
    const auto syncs = after.syncs - before.syncs;
    ours += spent.count();
    syncs_per_job = static_cast<double>(syncs) / static_cast<double>(jobs);
    raw += troupe::bench::raw_seconds(
      set.folder(), syncs,
      (after.log_bytes_written - before.log_bytes_written) / syncs);
  }
  const auto runs = static_cast<double>(state.iterations());
  state.counters["jobs_per_s"] = static_cast<double>(jobs) * runs / ours;
  state.counters["syncs_per_job"] = syncs_per_job;
  state.counters["of_raw"] = raw / ours;
}

BENCHMARK(file_life_disk)->Iterations(5)->Unit(benchmark::kMillisecond);

void idle(benchmark::State& state) {
  stage set{"/dev/shm", 2'000};
  set.live(640);
  constexpr double span_s = 10.0;
  // The log is moved into the file a second after the last write.
  ::usleep(3'000'000);
  for ([[maybe_unused]] auto once : state) {
    const auto syncs = fakes::counted_by_vfs(vfs).syncs;
    const auto woken = wake_ups();
    ::usleep(static_cast<useconds_t>(span_s * 1e6));
    state.counters["syncs"] =
      static_cast<double>(fakes::counted_by_vfs(vfs).syncs - syncs);
    // One is this thread's own.
    state.counters["wake_ups_per_s"] =
      static_cast<double>(wake_ups() - woken - 1) / span_s;
  }
}

BENCHMARK(idle)->Iterations(1)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
