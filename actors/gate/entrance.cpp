#include "actors/gate/entrance.hpp"

#include "actors/actor_end.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <utility>

namespace troupe {

result<std::unique_ptr<entrance>>
entrance::open(caf::actor_system& system, const std::string& socket,
               const node_hello& self, gate_ports gate,
               const entrance_surroundings& around) {
  auto made = std::make_unique<entrance>();
  porter_tunables tunables;
  tunables.self = self;
  made->porter_ = spawn_porter(system, tunables, around.links, *around.log);
  auto door = open_basp_door(system, {socket, {self.protocol, self.pid}},
                             made->porter_, *around.log);
  if (!door)
    return door.failure();
  made->door_ = std::move(door.value());
  if (!gate.listener)
    return made;
  gate_parts parts;
  parts.ports = std::move(gate);
  parts.socket = socket;
  parts.porter = made->porter_;
  parts.administrator = around.links.administrator;
  parts.librarian = around.links.librarian;
  parts.clock = around.clock;
  parts.log = around.log;
  parts.threads = around.threads;
  made->gate_ = spawn_gate(system, std::move(parts));
  return made;
}

void entrance::close() {
  if (gate_)
    caf::anon_send(gate_, pause_atom_v);
  door_->close();
}

void entrance::end(caf::scoped_actor& client) {
  // Before the door, or its visitors would hear of an end without cause.
  end_actor(client, gate_);
  door_.reset();
  end_actor(client, porter_);
}

} // namespace troupe
