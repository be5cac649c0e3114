#include "actors/actor_tree.hpp"

#include "actors/actor_end.hpp"
#include "actors/administrator.hpp"
#include "actors/asked_admin_plane.hpp"
#include "actors/blocking_ask.hpp"
#include "actors/embedding_supervisor.hpp"
#include "actors/finder.hpp"
#include "actors/indexer.hpp"
#include "actors/librarian.hpp"
#include "actors/reader.hpp"
#include "actors/supervision/sentinel.hpp"
#include "actors/watcher.hpp"
#include "actors/workers/batch_desk.hpp"
#include "actors/workers/pool_plans.hpp"

#include <caf/send.hpp>

#include <chrono>
#include <random>
#include <utility>

namespace troupe {

namespace {

using namespace std::chrono_literals;

constexpr auto question_deadline = 10s;
constexpr auto long_deadline = 600s;

} // namespace

actor_tree::actor_tree(system_ports& ports, const system_settings& settings,
                       caf::actor_system& system, caf::scoped_actor& client,
                       std::shared_ptr<message_trace> trace)
  : ports_(ports), settings_(settings), system_(system), client_(client),
    trace_(std::move(trace)),
    sentinel_(system.spawn<caf::hidden>(sentinel, caf::actor{client},
                                        settings.on_event)) {}

// -- start --------------------------------------------------------------------

result<void> actor_tree::spawn() {
  spawn_readers();
  if (!ports_.store) {
    spawn_admin();
    return {};
  }
  result<std::vector<crash_note>> crashes{std::vector<crash_note>{}};
  if (ports_.crashes != nullptr)
    crashes = ports_.crashes->take();
  if (!crashes)
    return crashes.failure();
  spawn_spine(std::move(crashes.value()));
  auto begun = blocking_ask<epoch_report>(client_, supervisor_, long_deadline,
                                          ready_atom_v);
  if (!begun)
    return begun.failure();
  started_ = std::move(begun.value());
  spawn_brokers();
  spawn_admin();
  spawn_walkers();
  if (auto opened = open_entrance(); !opened)
    return opened;
  // What the crash file says is durable in the library now.
  return ports_.crashes != nullptr ? ports_.crashes->forget() : result<void>{};
}

void actor_tree::spawn_readers() {
  reader_ = spawn_reader(
    system_,
    [this] {
      if (ports_.threads != nullptr)
        ports_.threads->name_thread("reader");
      return ports_.open_reader();
    },
    placement::detached);
  indexer_tunables tunables;
  tunables.policy = settings_.index;
  tunables.threads = ports_.threads;
  indexer_ = spawn_indexer(system_, tunables, ports_.open_reader, ports_.index,
                           *ports_.log);
}

void actor_tree::spawn_walkers() {
  finder_tunables finder;
  finder.threads = ports_.threads;
  finder_ = spawn_finder(system_, finder, supervisor_, reader_, *ports_.finder);
  if (ports_.watch)
    watcher_ = spawn_watcher(system_, {settings_.watched, 1s, ports_.threads},
                             std::move(ports_.watch), finder_, *ports_.log);
}

void actor_tree::spawn_spine(std::vector<crash_note> crashes) {
  librarian_tunables librarian;
  librarian.suspicion = settings_.suspicion;
  librarian.threads = ports_.threads;
  librarian.on_change = [to = indexer_](bool lost) {
    caf::anon_send(to, changed_atom_v, lost);
  };
  librarian_ = spawn_librarian(system_, librarian, std::move(ports_.store),
                               *ports_.clock, *ports_.log);
  supervisor_tunables tunables;
  tunables.retry = settings_.retry;
  tunables.reconcile_every = std::chrono::milliseconds{settings_.reconcile_ms};
  tunables.seed = static_cast<std::uint64_t>(ports_.clock->now_us());
  tunables.crashes = std::move(crashes);
  tunables.use_saved_scales = settings_.use_saved_scales;
  // A batch has the time of all its pictures.
  batch_desk_ = spawn_batch_desk(
    system_, std::chrono::milliseconds{settings_.embedders.time_limit_ms}
               * static_cast<int>(settings_.batches.items_max));
  supervisor_ = spawn_embedding_supervisor(
    system_, tunables, plan_pools(ports_, settings_, batch_desk_), librarian_,
    *ports_.clock, *ports_.log);
  for (const auto& spine : {caf::actor_cast<caf::actor>(librarian_),
                            caf::actor_cast<caf::actor>(supervisor_)})
    caf::anon_send(sentinel_, watch_atom_v, spine);
}

void actor_tree::spawn_brokers() {
  if (!ports_.broker.open_transport)
    return;
  auto pools = blocking_ask<pool_statuses>(client_, supervisor_,
                                           question_deadline, status_atom_v);
  broker_side_.emplace(system_, ports_.broker,
                       pools ? std::move(pools.value()) : pool_statuses{},
                       broker_peers{supervisor_, librarian_, reader_},
                       broker_surroundings{ports_.finder, ports_.clock,
                                           ports_.log, ports_.threads});
}

void actor_tree::spawn_admin() {
  administrator_tunables tunables;
  tunables.retention = settings_.retention;
  tunables.holder = settings_.holder;
  tunables.random = [device = std::make_shared<std::random_device>()] {
    return (std::uint64_t{(*device)()} << 32U) | (*device)();
  };
  if (trace_)
    tunables.trace = [trace = trace_, system = &system_](const job_row& job) {
      return trace->of(job, *system);
    };
  administrator_peers peers{supervisor_, librarian_, reader_, {}};
  if (settings_.is_node)
    peers.host = sentinel_;
  if (broker_side_)
    peers.broker = broker_side_->broker();
  administrator_ = spawn_administrator(system_, tunables, peers, *ports_.clock);
  admin_ = ask_administrator(client_, administrator_);
}

/// Lets other processes in, if any are to come.
result<void> actor_tree::open_entrance() {
  if (settings_.socket.empty())
    return {};
  auto opened = entrance::open(
    system_, settings_.socket, {door_protocol, settings_.pid, started_.epoch},
    std::move(ports_.gate),
    {{supervisor_, finder_, librarian_, administrator_, indexer_},
     ports_.clock,
     ports_.log,
     ports_.threads});
  if (!opened)
    return opened.failure();
  entrance_ = std::move(opened.value());
  return {};
}

// -- end ----------------------------------------------------------------------

void actor_tree::stop_intake() {
  if (entrance_)
    entrance_->close();
  // It would have the folders walked again.
  end_actor(client_, watcher_);
  client_->send(finder_, cancel_atom_v);
  if (broker_side_)
    broker_side_->stop_intake(client_);
}

int actor_tree::take_down() {
  // Whatever ends from here on is no news.
  caf::anon_send_exit(sentinel_, caf::exit_reason::user_shutdown);
  sentinel_ = caf::actor{};
  int stuck = 0;
  if (supervisor_)
    if (const auto found = blocking_ask<pool_statuses>(
          client_, supervisor_, question_deadline, status_atom_v))
      for (const auto& pool : found->pools)
        stuck += pool.stuck;
  if (entrance_)
    entrance_->end(client_);
  end_actor(client_, watcher_);
  if (finder_)
    client_->send(finder_, cancel_atom_v);
  // It holds the others' handles, and asks them.
  end_actor(client_, administrator_);
  if (broker_side_)
    broker_side_->end(client_);
  end_actor(client_, supervisor_);
  end_actor(client_, batch_desk_);
  // Before the LIBRARIAN: whoever closes the library last tidies its log.
  end_actor(client_, indexer_);
  end_actor(client_, reader_);
  end_actor(client_, librarian_);
  // Last: it may be reading a large file, and nothing waits for it.
  end_actor(client_, finder_);
  return stuck;
}

} // namespace troupe
