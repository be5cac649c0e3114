#pragma once

#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>

#include <chrono>

namespace troupe {

/// An actor that has not ended after this is left to itself.
inline constexpr std::chrono::seconds come_down_within{5};

/// Ends an actor, waits for its end, and drops the handle, which may be empty.
template <class Handle>
void end_actor(caf::scoped_actor& client, Handle& actor) {
  if (!actor)
    return;
  client->monitor(actor);
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  bool down = false;
  while (!down)
    client->receive(
      [&](const caf::down_msg& x) { down = x.source == actor.address(); },
      caf::after(come_down_within) >> [&] { down = true; });
  actor = Handle{};
}

} // namespace troupe
