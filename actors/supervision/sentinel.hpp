#pragma once

#include "actors/messages/types.hpp"

#include <caf/actor.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>

#include <functional>
#include <string>
#include <utility>

namespace troupe {

/// Hears the end of the spine and the wish to end for the client, and wakes
/// the client's owner, who may not be inside `wait`.
inline caf::behavior sentinel(caf::event_based_actor* self,
                              const caf::actor& client,
                              const std::function<void()>& wake) {
  self->set_down_handler([self, client, wake](const caf::down_msg& x) {
    self->send(client, leave_atom_v, x.reason);
    wake();
  });
  return {
    [self](watch_atom, const caf::actor& spine) { self->monitor(spine); },
    [self, client, wake](shutdown_atom, std::string& asker) {
      self->send(client, shutdown_atom_v, std::move(asker));
      wake();
    },
  };
}

} // namespace troupe
