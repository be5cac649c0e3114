#pragma once

#include "actors/client/gate_line.hpp"
#include "domain/result.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <functional>
#include <memory>

namespace troupe {

/// Spawns the TUNNEL: it carries bytes between CAF and a GATE on a thread of
/// its own, where it sleeps in poll(2), until either side hangs up.
/// @param line `outside` is not the TUNNEL's
/// @param on_end called once, on its thread, before CAF notices: the GATE's
/// last words, or `errc::unreachable`
[[nodiscard]] caf::actor spawn_tunnel(caf::actor_system& system, gate_line line,
                                      std::function<void(const error&)> on_end);

} // namespace troupe
