#pragma once

#include "actors/messages/librarian.hpp"
#include "domain/jobs/job.hpp"
#include "io/sqlite/sqlite_library_reader.hpp"
#include "io/sqlite/sqlite_library_store.hpp"
#include "tests/fakes/failing_library_store.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/memory_log_sink.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace troupe::testing {

using namespace std::chrono_literals;

/// Hosts actors on CAF's deterministic scheduler over a library in memory:
/// nothing runs, and no time passes, unless the test says so.
class actor_fixture : public ::testing::Test {
protected:
  actor_fixture()
    : system(prepare(config)), self(system),
      library_name(":memory:actors-" + std::to_string(++libraries)) {}

  ~actor_fixture() override {
    run();
  }

  /// Delivers every queued message, including those sent while running.
  void run() {
    while (scheduler().try_run_once()) {
    }
  }

  /// Moves both clocks in small steps and delivers what becomes due.
  void advance(std::chrono::milliseconds span) {
    constexpr auto step = 100ms;
    for (auto gone = 0ms; gone < span; gone += step) {
      clock.advance(step);
      scheduler().advance_time(step);
      run();
    }
  }

  /// Asks and delivers messages until the answer is there.
  template <class T, class Handle, class... Ts>
  result<T> ask(const Handle& actor, Ts&&... xs) {
    std::optional<result<T>> answer;
    auto pending = self->request(actor, caf::infinite, std::forward<Ts>(xs)...);
    run();
    pending.receive([&](T& x) { answer = std::move(x); },
                    [&](caf::error& why) {
                      answer = error{errc::internal, to_string(why)};
                    });
    return std::move(*answer);
  }

  [[nodiscard]] static std::vector<recipe> recipes() {
    return {{job_kind::audio_analyze, media_kind::audio, "test-1", "fake-1"}};
  }

  /// The fixture's library, its calls counted and failing on demand.
  std::unique_ptr<library_store> open_store() {
    io::sqlite_library_options options;
    options.file = library_name;
    options.recipes = recipes();
    auto store = io::open_sqlite_library_store(options);
    if (!store) {
      ADD_FAILURE() << store.failure().detail;
      return nullptr;
    }
    return std::make_unique<failing_library_store>(
      std::move(store.value()), [this](std::string_view name) {
        ++calls[std::string{name}];
        return fail_call ? fail_call(name) : std::nullopt;
      });
  }

  /// A file whose content is told apart by `number`.
  static found_file audio_file(std::string path, std::uint8_t number) {
    found_file file;
    file.path = std::move(path);
    file.stamp = {1'000 + number, 1};
    file.hash.fill(number);
    return file;
  }

  caf::actor_system_config config;
  caf::actor_system system;
  caf::scoped_actor self;
  manual_clock clock;
  memory_log_sink log;
  std::string library_name;

  /// Calls of the store, by name.
  std::map<std::string, int> calls;

  /// Decides which call fails.
  std::function<std::optional<error>(std::string_view)> fail_call;

private:
  static caf::actor_system_config& prepare(caf::actor_system_config& config) {
    config.add_message_types<caf::id_block::troupe>();
    config.set("scheduler.policy", caf::atom("testing"));
    return config;
  }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }

  static inline std::atomic<int> libraries{0};
};

} // namespace troupe::testing
