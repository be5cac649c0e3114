#pragma once

#include "actors/embedding_supervisor.hpp"
#include "actors/librarian.hpp"
#include "tests/actors/actor_fixture.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace troupe::testing {

/// What the relay before the LIBRARIAN does with a message.
enum class relay_mode : std::uint8_t {
  pass,
  /// The LIBRARIAN never sees it.
  lose_request,
  /// The LIBRARIAN does it, its reply gets lost.
  lose_reply,
};

/// A SUPERVISOR over a library in memory, with workers that only note what
/// they are told: the test answers in their place.
class supervisor_fixture : public actor_fixture {
protected:
  struct told {
    worker_seat seat;
    claimed_job_ptr job;
  };

  struct cancelled {
    claim_key key;
    bool hand_back;
  };

  supervisor_fixture() {
    tunables.reconcile_every = 0ms;
    limits.slots = 2;
  }

  ~supervisor_fixture() override {
    stop();
  }

  /// Starts LIBRARIAN, relay and SUPERVISOR.
  void start() {
    librarian_tunables quick;
    quick.where = placement::pooled;
    librarian = spawn_librarian(system, quick, open_store(), clock, log);
    auto before = system.spawn([this](caf::event_based_actor* relay_self) {
      return relay_behavior(relay_self);
    });
    supervisor = spawn_embedding_supervisor(
      system, tunables,
      {{job_kind::audio_analyze, "analyzer", limits, spawner()}},
      caf::actor_cast<librarian_actor>(before), clock, log);
    auto begun = ask<epoch_report>(supervisor, ready_atom_v);
    ASSERT_TRUE(begun) << begun.failure().detail;
    started = begun.value();
    relay_handle = before;
  }

  /// Ends all actors; the library stays as long as `keeper` lives.
  void stop() {
    if (!supervisor)
      return;
    for (const auto& worker : workers)
      caf::anon_send_exit(worker, caf::exit_reason::kill);
    caf::anon_send_exit(supervisor, caf::exit_reason::kill);
    caf::anon_send_exit(relay_handle, caf::exit_reason::kill);
    run();
    caf::anon_send_exit(librarian, caf::exit_reason::user_shutdown);
    run();
    workers.clear();
    supervisor = supervisor_actor{};
    librarian = librarian_actor{};
    relay_handle = caf::actor{};
  }

  /// The process dies and starts again: nothing was handed back.
  void restart() {
    auto keeper = io::open_sqlite_library_reader(library_name, recipes());
    stop();
    jobs.clear();
    start();
  }

  record_report record(int count, int first = 1) {
    found_batch batch;
    for (int i = first; i < first + count; ++i)
      batch.files.push_back(audio_file("/music/" + std::to_string(i) + ".wav",
                                       static_cast<std::uint8_t>(i)));
    auto report = ask<record_report>(supervisor, record_atom_v, batch);
    EXPECT_TRUE(report) << report.failure().detail;
    run();
    return report.value();
  }

  /// A worker ends the job it was told at `index`.
  void finish(std::size_t index, work_outcome outcome = success()) {
    const auto& order = jobs.at(index);
    caf::anon_send(supervisor, end_atom_v,
                   worker_end{order.seat, order.job->key, std::move(outcome)});
    run();
  }

  static work_outcome success() {
    work_outcome outcome;
    outcome.output = job_output{"{}", {}, {}};
    return outcome;
  }

  static work_outcome failure(error_class why) {
    work_outcome outcome;
    outcome.outcome = attempt_outcome::failed;
    outcome.why = why;
    outcome.stage = "decode";
    outcome.message = "no good";
    return outcome;
  }

  work_progress progress() {
    auto found = ask<work_progress>(supervisor, progress_atom_v);
    EXPECT_TRUE(found);
    return found.value();
  }

  pool_status pool() {
    auto found = ask<pool_statuses>(supervisor, status_atom_v);
    EXPECT_TRUE(found);
    return found.value().pools.at(0);
  }

  /// The one job of the file with this number, read from the library.
  job_row job_of(int number) {
    auto reader = io::open_sqlite_library_reader(library_name, recipes());
    EXPECT_TRUE(reader);
    const auto page = reader.value()->jobs({});
    EXPECT_TRUE(page);
    for (const auto& row : page.value().rows)
      if (row.hash == audio_file("", static_cast<std::uint8_t>(number)).hash)
        return row;
    ADD_FAILURE() << "no job of file " << number;
    return {};
  }

  std::int64_t results_accepted() {
    auto reader = io::open_sqlite_library_reader(library_name, recipes());
    return reader.value()->status().value().results_accepted;
  }

  supervisor_tunables tunables;
  pool_limits limits;
  epoch_report started;
  librarian_actor librarian;
  supervisor_actor supervisor;
  caf::actor relay_handle;

  /// What the workers were told, in order.
  std::vector<told> jobs;
  std::vector<cancelled> cancels;
  std::vector<worker_actor> workers;

  /// What the relay does with the next message that has this atom first.
  std::function<relay_mode(const caf::message&)> relay =
    [](const caf::message&) {
      return relay_mode::pass;
    };

private:
  worker_factory spawner() {
    return [this](caf::actor_system& host, const worker_seat& seat,
                  const dispatcher_actor& boss) {
      auto worker =
        host.spawn([this, seat, boss](
                     worker_actor::pointer me) -> worker_actor::behavior_type {
          me->send(boss, ask_atom_v, seat);
          return {
            [this, seat](work_atom, const claimed_job_ptr& job) {
              jobs.push_back({seat, job});
            },
            [this](cancel_atom, const claim_key& key, bool hand_back) {
              cancels.push_back({key, hand_back});
            },
            [](step_atom) {},
          };
        });
      workers.push_back(worker);
      return worker;
    };
  }

  caf::behavior relay_behavior(caf::event_based_actor* me) {
    me->set_default_handler(
      [this](caf::scheduled_actor* host,
             caf::message_view& view) -> caf::result<caf::message> {
        auto* relay_self = static_cast<caf::event_based_actor*>(host);
        auto content = view.move_content_to_message();
        const auto mode = relay(content);
        if (mode == relay_mode::pass)
          return relay_self->delegate(caf::actor_cast<caf::actor>(librarian),
                                      std::move(content));
        // Kept open: the asker hears nothing until its deadline.
        auto promise = relay_self->make_response_promise();
        if (mode == relay_mode::lose_reply)
          caf::anon_send(caf::actor_cast<caf::actor>(librarian),
                         std::move(content));
        return caf::delegated<caf::message>{};
      });
    return caf::behavior{[](tidy_atom) {
    }};
  }
};

} // namespace troupe::testing
