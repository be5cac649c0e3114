#pragma once

#include "actors/basp_door_socket.hpp"
#include "actors/messages/porter.hpp"
#include "domain/ports/log_sink.hpp"
#include "domain/result.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace troupe {

/// What a door is made of.
struct door_options {
  /// Where it listens; raw bytes, at most 107.
  std::string path;
  door_greeting greeting;
  /// Connections at once; one more is closed at once.
  int visitors_max = 512;
};

/// CAF's remoting on a Unix socket: whoever may connect can talk to the one
/// actor behind it, and only processes of the same user may.
///
/// Thread affinity: one thread; CAF's multiplexer serves the connections.
class basp_door {
public:
  virtual ~basp_door() = default;

  /// Lets nobody in any more and removes the socket file; who is in stays.
  /// The destructor does it too.
  virtual void close() = 0;
};

/// Opens a door to `inside`. @pre the system was made `with_remoting`
/// @param log borrowed; must outlive the actor system
/// @returns the errors of `listen_at`
[[nodiscard]] result<std::unique_ptr<basp_door>>
open_basp_door(caf::actor_system& system, door_options options,
               const porter_actor& inside, log_sink& log);

/// Goes through a door that was knocked at: the PORTER behind it.
/// @pre the system was made `with_remoting`
/// @returns `errc::unreachable` when nothing comes within `longest`
[[nodiscard]] result<porter_actor> enter(caf::actor_system& system,
                                         door_socket socket,
                                         std::chrono::milliseconds longest);

} // namespace troupe
