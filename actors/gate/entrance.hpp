#pragma once

#include "actors/basp_door.hpp"
#include "actors/gate/gate.hpp"
#include "actors/porter.hpp"

#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace troupe {

/// Whom those who come in speak to, and what they borrow.
struct entrance_surroundings {
  porter_links links;
  const wall_clock* clock = nullptr;
  log_sink* log = nullptr;
  const thread_placement* threads = nullptr;
};

/// How others get into a node: PORTER and door for commands of this user, and
/// before them, for those of other hosts, the GATE.
///
/// Thread affinity: that of `troupe_system`.
class entrance {
public:
  /// @param self who answers to `hello`
  /// @returns the errors of `open_basp_door`
  [[nodiscard]] static result<std::unique_ptr<entrance>>
  open(caf::actor_system& system, const std::string& socket,
       const node_hello& self, gate_ports gate,
       const entrance_surroundings& around);

  /// Lets nobody in any more; who is in stays.
  void close();

  /// Ends all of it and waits for it.
  void end(caf::scoped_actor& client);

private:
  porter_actor porter_;
  std::unique_ptr<basp_door> door_;
  gate_actor gate_;
};

} // namespace troupe
