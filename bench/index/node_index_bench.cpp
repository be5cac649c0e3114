// Vectors through a whole node, release build only:
//   insert    100,000 vectors of 128 numbers by workers that answer at once:
//             from the first job to the last vector's being found, through
//             SUPERVISOR, LIBRARIAN (on disk) and INDEXER
//   question  1,000 questions one after the other to the INDEXER's 100,000
//   merged    the same from 16 askers at once, per question
// Wall time; CPU of the whole process beside it, which other work on the
// machine changes less.

#include "actors/actor_settings.hpp"
#include "actors/embedding_supervisor.hpp"
#include "actors/indexer.hpp"
#include "actors/librarian.hpp"
#include "bench/index/clustered_rows.hpp"
#include "io/index/hnswlib_neighbour_graph.hpp"
#include "io/index/openblas_score_kernel.hpp"
#include "io/index/posix_index_cache.hpp"
#include "io/openssl_content_hash.hpp"
#include "io/system_wall_clock.hpp"
#include "tests/fakes/memory_log_sink.hpp"
#include "tests/fakes/vector_library.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace troupe::benches {

namespace {

namespace fs = std::filesystem;
using testing::vector_library;

constexpr std::size_t dim = 128;
constexpr std::int64_t vectors = 100'000;
constexpr std::int64_t batch_files = 256;
constexpr int in_flight = 64;

double cpu_seconds() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec)
         + static_cast<double>(spent.tv_nsec) * 1e-9;
}

double wall_seconds() {
  return std::chrono::duration<double>(
           std::chrono::steady_clock::now().time_since_epoch())
    .count();
}

/// Ends at once with the vector of the content's number.
worker_factory instant(std::shared_ptr<const std::vector<float>> values) {
  return [values](caf::actor_system& host, const worker_seat& seat,
                  const dispatcher_actor& boss) {
    return host.spawn(
      [=](worker_actor::pointer me) -> worker_actor::behavior_type {
        me->send(boss, ask_atom_v, seat);
        return {
          [=](work_atom, const claimed_job_ptr& job) {
            const auto number = vector_library::number_in(job->hash);
            const auto* from =
              values->data() + static_cast<std::size_t>(number - 1) * dim;
            work_outcome outcome;
            outcome.output =
              job_output{"{}", "space-1", std::vector<float>(from, from + dim)};
            me->send(boss, end_atom_v,
                     worker_end{seat, job->key, std::move(outcome)});
          },
          [](cancel_atom, const claim_key&, bool) {},
          [](step_atom) {},
        };
      });
  };
}

/// LIBRARIAN, SUPERVISOR, instant workers and the INDEXER over a library.
class node_stage {
public:
  explicit node_stage(const fs::path& folder)
    : file_((folder / "library.db").string()),
      values_(std::make_shared<const std::vector<float>>(
        clustered_rows(vectors, dim, 1'000, 1))),
      clock_(io::open_system_wall_clock()), system_(config_), self_(system_) {
    io::sqlite_library_options options;
    options.file = file_;
    options.recipes = vector_library::recipes();
    auto store = io::open_sqlite_library_store(options);
    auto hasher = io::open_openssl_content_hash();
    if (!store || !hasher)
      std::abort();
    hasher_ = std::move(hasher.value());
    indexer_ = spawn_indexer(
      system_, {},
      [this] {
        return io::open_sqlite_library_reader(file_, vector_library::recipes());
      },
      {kernel_.get(), graphs_.get(), cache_.get(), hasher_.get()}, log_);
    librarian_tunables librarian;
    librarian.on_change = [to = indexer_](bool lost) {
      caf::anon_send(to, changed_atom_v, lost);
    };
    librarian_ = spawn_librarian(system_, librarian, std::move(store.value()),
                                 *clock_, log_);
    pool_limits limits;
    limits.slots = in_flight;
    supervisor_ = spawn_embedding_supervisor(
      system_, {},
      {{job_kind::audio_analyze, "instant", limits, instant(values_)}},
      librarian_, *clock_, log_);
  }

  ~node_stage() {
    end(supervisor_);
    end(indexer_);
    end(librarian_);
  }

  node_stage(const node_stage&) = delete;
  node_stage& operator=(const node_stage&) = delete;

  void record(std::int64_t first, std::int64_t count) {
    found_batch batch;
    for (auto number = first; number < first + count; ++number)
      batch.files.push_back(file_of(number));
    self_->request(supervisor_, caf::infinite, record_atom_v, std::move(batch))
      .receive([](const record_report&) {},
               [](const caf::error&) { std::abort(); });
  }

  void await_idle() {
    self_->request(supervisor_, caf::infinite, idle_atom_v)
      .receive([](const work_progress&) {},
               [](const caf::error&) { std::abort(); });
  }

  near_answer ask(std::int64_t number, std::uint32_t count) {
    near_answer answer;
    self_->request(indexer_, caf::infinite, near_atom_v, query(number, count))
      .receive([&](near_answer& x) { answer = std::move(x); },
               [](const caf::error&) { std::abort(); });
    return answer;
  }

  /// Asks for `count` numbers at once and waits for all.
  void ask_together(std::int64_t first, std::int64_t count) {
    for (auto number = first; number < first + count; ++number)
      self_->send(indexer_, near_atom_v, query(number, 10));
    for (std::int64_t i = 0; i < count; ++i)
      self_->receive([](const near_answer&) {});
  }

private:
  [[nodiscard]] near_query query(std::int64_t number,
                                 std::uint32_t count) const {
    const auto* from =
      values_->data() + static_cast<std::size_t>(number - 1) * dim;
    return {"space-1", {from, from + dim}, {}, count, {}, {}, false};
  }

  static found_file file_of(std::int64_t number) {
    found_file file;
    file.path = vector_library::path_of(number);
    file.stamp = {1'000 + number, 1};
    for (std::size_t i = 0; i < 8; ++i)
      file.hash[i] = static_cast<std::uint8_t>(number >> (8 * i));
    return file;
  }

  template <class Handle>
  void end(Handle& actor) {
    self_->monitor(actor);
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    self_->receive([](const caf::down_msg&) {});
    actor = Handle{};
  }

  std::string file_;
  std::shared_ptr<const std::vector<float>> values_;
  std::unique_ptr<wall_clock> clock_;
  testing::memory_log_sink log_;
  std::unique_ptr<const score_kernel> kernel_ =
    io::open_openblas_score_kernel();
  std::unique_ptr<const neighbour_graph_source> graphs_ =
    io::open_hnswlib_neighbour_graphs();
  std::unique_ptr<index_cache> cache_ =
    io::open_posix_index_cache(file_ + ".index", true);
  std::unique_ptr<content_hasher> hasher_;
  actor_settings config_{2, remoting::off};
  caf::actor_system system_;
  caf::scoped_actor self_;
  indexer_actor indexer_;
  librarian_actor librarian_;
  supervisor_actor supervisor_;
};

void bench_insert(node_stage& stage) {
  // The INDEXER is awake from the start, as in a node that is asked.
  static_cast<void>(stage.ask(1, 1));
  const double start = wall_seconds();
  const double cpu = cpu_seconds();
  for (std::int64_t made = 1; made <= vectors; made += batch_files)
    stage.record(made, std::min(batch_files, vectors + 1 - made));
  stage.await_idle();
  const auto last = stage.ask(vectors, 1);
  const double spent = wall_seconds() - start;
  if (last.vectors != static_cast<std::uint64_t>(vectors))
    std::abort();
  fmt::print("insert    {:7.0f} vectors/s (bar 5,000), {:.1f} us of CPU each\n",
             vectors / spent, (cpu_seconds() - cpu) * 1e6 / vectors);
}

void bench_questions(node_stage& stage) {
  constexpr std::int64_t questions = 1'000;
  std::vector<double> took_ms;
  const double cpu = cpu_seconds();
  for (std::int64_t i = 0; i < questions; ++i) {
    const double start = wall_seconds();
    static_cast<void>(stage.ask(1 + i * 97 % vectors, 10));
    took_ms.push_back((wall_seconds() - start) * 1e3);
  }
  std::sort(took_ms.begin(), took_ms.end());
  fmt::print("question  p50 {:.2f} ms (bar 5), p99 {:.2f} ms, {:.2f} ms of "
             "CPU\n",
             took_ms[questions / 2], took_ms[questions * 99 / 100],
             (cpu_seconds() - cpu) * 1e3 / questions);
  const double start = wall_seconds();
  for (std::int64_t i = 0; i < questions; i += 16)
    stage.ask_together(1 + i, 16);
  fmt::print("merged    {:.2f} ms a question, 16 askers\n",
             (wall_seconds() - start) * 1e3 / questions);
}

} // namespace

} // namespace troupe::benches

int main() {
  using namespace troupe::benches;
  const auto folder = std::filesystem::temp_directory_path()
                      / ("troupe-index-bench-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  {
    node_stage stage{folder};
    bench_insert(stage);
    bench_questions(stage);
  }
  std::filesystem::remove_all(folder);
}
