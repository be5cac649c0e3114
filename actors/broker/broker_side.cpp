#include "actors/broker/broker_side.hpp"

#include "actors/actor_end.hpp"
#include "domain/amqp/job_request.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <limits>

namespace troupe {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t flush_ms = 8'000;

/// One more is on its way while each slot works, and one waits.
constexpr int deliveries_ahead = 2;

amqp::session_options session_of(const broker_ports& ports,
                                 const pool_statuses& pools) {
  auto options = ports.session;
  int slots = 0;
  for (const auto& pool : pools.pools) {
    options.job_queues.push_back(amqp::job_queue(pool.kind));
    slots = std::max(slots, pool.slots);
  }
  const auto wanted = ports.prefetch > 0
                        ? ports.prefetch
                        : std::int64_t{slots} + deliveries_ahead;
  options.prefetch = static_cast<std::uint16_t>(
    std::min<std::int64_t>(wanted, std::numeric_limits<std::uint16_t>::max()));
  return options;
}

} // namespace

broker_side::broker_side(caf::actor_system& system, const broker_ports& ports,
                         const pool_statuses& pools, const broker_peers& peers,
                         const broker_surroundings& around) {
  job_server_parts serving;
  serving.ports = ports;
  serving.finder = around.finder;
  serving.clock = around.clock;
  serving.log = around.log;
  serving.threads = around.threads;
  jobs_ = spawn_job_server(system, serving, peers.supervisor, peers.librarian,
                           peers.reader);
  broker_parts parts;
  parts.session = session_of(ports, pools);
  parts.open_transport = ports.open_transport;
  parts.server = ports.server;
  parts.clock = around.clock;
  parts.log = around.log;
  parts.threads = around.threads;
  broker_ =
    spawn_broker_keeper(system, parts, caf::actor_cast<job_taker_actor>(jobs_));
  caf::anon_send(jobs_, serve_atom_v, broker_);
  caf::anon_send(peers.supervisor, listen_atom_v,
                 job_listener{caf::actor_cast<job_listener_actor>(jobs_)});
}

void broker_side::stop_intake(caf::scoped_actor& client) {
  client->send(broker_, pause_atom_v);
}

void broker_side::flush(caf::scoped_actor& client) {
  client->request(broker_, 10s, drain_atom_v, flush_ms)
    .receive([](bool) {}, [](caf::error&) {});
}

void broker_side::end(caf::scoped_actor& client) {
  end_actor(client, broker_);
  end_actor(client, jobs_);
}

} // namespace troupe
