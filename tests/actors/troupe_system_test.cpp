#include "actors/troupe_system.hpp"
#include "io/fftw_fourier.hpp"
#include "io/sqlite/sqlite_library_reader.hpp"
#include "io/sqlite/sqlite_library_store.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/memory_audio_decoder.hpp"
#include "tests/fakes/memory_audio_fingerprint.hpp"
#include "tests/fakes/memory_log_sink.hpp"
#include "tests/fakes/memory_media_finder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>

namespace troupe::testing {
namespace {

using namespace std::chrono_literals;

/// Longer than anything here takes on the slowest machine.
constexpr auto patience = 120s;

/// Holds decoding threads until the test opens it.
class gate {
public:
  void pass() {
    std::unique_lock guard{mutex_};
    changed_.wait(guard, [this] { return open_; });
  }

  void open() {
    {
      const std::lock_guard guard{mutex_};
      open_ = true;
    }
    changed_.notify_all();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

/// The real system, threads and all, over a library in memory and scripted
/// files. Its clock stands still unless the test moves it.
class troupe_system_test : public ::testing::Test {
protected:
  troupe_system_test()
    : library_name(":memory:system-" + std::to_string(++libraries)) {
    settings.analyzers.slots = 2;
  }

  /// No decoder may hang when the system ends.
  void TearDown() override {
    door.open();
  }

  static std::vector<recipe> recipes() {
    return {{job_kind::audio_analyze, media_kind::audio, "test-1", "fake-1"}};
  }

  void start() {
    io::sqlite_library_options options;
    options.file = library_name;
    options.recipes = recipes();
    auto store = io::open_sqlite_library_store(options);
    ASSERT_TRUE(store);
    system_ports ports;
    ports.clock = &clock;
    ports.log = &log;
    ports.open_reader = [this] {
      return io::open_sqlite_library_reader(library_name, recipes());
    };
    ports.store = std::move(store.value());
    ports.finder = &files;
    ports.audio_decoders = &decoders;
    ports.tags = &tags;
    ports.fourier = fourier.get();
    ports.documents = &documents;
    ports.fingerprints = &prints;
    auto started = troupe_system::start(std::move(ports), settings);
    ASSERT_TRUE(started) << started.failure().detail;
    system = std::move(started.value());
  }

  static std::string path_of(int number) {
    return "/music/" + std::to_string(number) + ".wav";
  }

  void put_files(int count) {
    for (int i = 1; i <= count; ++i)
      files.put(path_of(i),
                {{1'000, 1}, static_cast<std::uint8_t>(i), true, {}});
  }

  void find_all() {
    system->begin_find({{"/music"}, false, false, false});
    ASSERT_EQ(system->wait(patience), troupe_system::event::found);
    ASSERT_TRUE(system->found()) << system->found().failure().detail;
  }

  void wait_until_idle() {
    system->begin_idle_watch();
    ASSERT_EQ(system->wait(patience), troupe_system::event::idle);
  }

  /// Asks until `holds` does; every question waits for its answer.
  template <class Predicate>
  [[nodiscard]] bool comes_true(Predicate&& holds) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
      if (std::chrono::steady_clock::now() >= until)
        return false;
      (void)system->wait(5ms);
    }
    return true;
  }

  pool_status pool() {
    auto found = system->pools();
    EXPECT_TRUE(found);
    return found->pools.at(0);
  }

  std::string library_name;
  system_settings settings;
  manual_clock clock;
  memory_log_sink log;
  memory_media_finder files;
  memory_audio_decoder_source decoders;
  memory_tag_reader tags;
  memory_audio_document documents;
  memory_audio_fingerprint_source prints;
  std::shared_ptr<const fourier_source> fourier = io::open_fftw_fourier();

  gate door;

  /// After the ports: it ends first.
  std::unique_ptr<troupe_system> system;

  static inline std::atomic<int> libraries{0};
};

TEST_F(troupe_system_test, finds_and_analyses_everything) {
  put_files(12);
  start();
  EXPECT_EQ(system->started().epoch, 1);
  find_all();
  EXPECT_EQ(system->found()->counts.recorded.jobs_new, 12);
  wait_until_idle();
  const auto work = system->progress();
  ASSERT_TRUE(work);
  EXPECT_EQ(work->done, 12);
  EXPECT_EQ(work->failed, 0);
  EXPECT_EQ(system->status()->results_accepted, 12);
  const auto entry = system->entry_at(path_of(3));
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->state, entry_state::done);
}

TEST_F(troupe_system_test, keeps_the_vectors_of_what_it_analysed) {
  put_files(3);
  for (int i = 1; i <= 3; ++i)
    decoders.scripts[path_of(i)].blocks = 20;
  start();
  find_all();
  wait_until_idle();
  const auto spaces = system->spaces();
  ASSERT_TRUE(spaces) << spaces.failure().detail;
  ASSERT_EQ(spaces->spaces.size(), 1U);
  EXPECT_EQ(spaces->spaces[0].vectors, 3);
  const auto block = system->vectors({spaces->spaces[0].name, 0, 2});
  ASSERT_TRUE(block) << block.failure().detail;
  ASSERT_EQ((*block)->owners.size(), 2U);
  EXPECT_TRUE((*block)->more);
  const auto owner = (*block)->owners[0];
  const auto vector = system->vector_of(owner.content);
  ASSERT_TRUE(vector) << vector.failure().detail;
  EXPECT_TRUE(std::equal(vector->values.begin(), vector->values.end(),
                         (*block)->values.begin()));
  const auto copies = system->entries_of(owner.content);
  ASSERT_TRUE(copies) << copies.failure().detail;
  ASSERT_EQ(copies->rows.size(), 1U);
  EXPECT_EQ(copies->rows[0].id, owner.entry);
  const auto found = system->fingerprints({"memory-1", 0, 9});
  ASSERT_TRUE(found) << found.failure().detail;
  EXPECT_EQ((*found)->words.size(), 3U);
  const auto print = system->fingerprint_of(owner.content);
  ASSERT_TRUE(print) << print.failure().detail;
  EXPECT_EQ(print->words, std::vector<std::uint32_t>(20, 4'800));
}

TEST_F(troupe_system_test, is_idle_at_once_without_work_or_workers) {
  settings.analyzers.slots = 0;
  put_files(2);
  start();
  find_all();
  wait_until_idle();
  EXPECT_EQ(system->progress()->done, 0);
}

TEST_F(troupe_system_test, drains_with_a_job_in_hand_and_loses_nothing) {
  std::atomic<int> entered{0};
  decoders.scripts[path_of(1)].before_block = [&](int index) {
    if (index == 0)
      ++entered;
    door.pass();
  };
  settings.analyzers.slots = 1;
  put_files(2);
  start();
  find_all();
  ASSERT_TRUE(comes_true([&] { return entered == 1; }));
  system->begin_idle_watch();
  door.open();
  // The job in hand ends within the grace period, no other begins.
  const auto drained = system->drain(60'000);
  ASSERT_TRUE(drained) << drained.failure().detail;
  EXPECT_EQ(drained->abandoned, 0);
  const auto work = system->progress();
  EXPECT_TRUE(work->running.empty());
  EXPECT_EQ(system->status()->results_accepted, work->done);
  system.reset();
}

TEST_F(troupe_system_test, goes_on_beside_a_decoder_that_hangs) {
  decoders.scripts[path_of(1)].before_block = [&](int) {
    door.pass();
  };
  constexpr int count = 8;
  put_files(count);
  start();
  find_all();
  // The clock stands still, so that only the gate can be late.
  ASSERT_TRUE(
    comes_true([&] { return system->progress()->done == count - 1; }));
  EXPECT_EQ(pool().stuck, 0);
  clock.advance(31s);
  wait_until_idle();
  EXPECT_EQ(system->progress()->done, count - 1);
  EXPECT_EQ(system->progress()->failed, 1);
  const auto after = pool();
  EXPECT_EQ(after.stuck, 1);
  EXPECT_EQ(after.live, 2);
  EXPECT_TRUE(after.broken.empty());
  EXPECT_EQ(system->entry_at(path_of(1))->state, entry_state::failed);
  // A thread that comes back is no longer stuck, and the system can end.
  door.open();
  ASSERT_TRUE(comes_true([&] { return pool().stuck == 0; }));
  EXPECT_EQ(system->status()->results_accepted, count - 1);
}

TEST_F(troupe_system_test, returns_what_was_in_hand_when_it_starts_again) {
  put_files(50);
  start();
  const auto keeper = io::open_sqlite_library_reader(library_name, recipes());
  find_all();
  system.reset();
  start();
  wait_until_idle();
  EXPECT_EQ(system->started().epoch, 2);
  EXPECT_EQ(system->status()->results_accepted, 50);
}

TEST_F(troupe_system_test, only_reads_without_a_store) {
  start();
  system_ports ports;
  ports.clock = &clock;
  ports.log = &log;
  ports.open_reader = [this] {
    return io::open_sqlite_library_reader(library_name, recipes());
  };
  const auto reading = troupe_system::start(std::move(ports), {});
  ASSERT_TRUE(reading);
  EXPECT_EQ((*reading)->status()->results_accepted, 0);
}

} // namespace
} // namespace troupe::testing
