#pragma once

#include "actors/messages/types.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace troupe {

/// The FINDER: walks folders, reads what is new, and has it recorded.
using finder_actor = caf::typed_actor<
  // Walks the roots to the end; replies what was found. One walk at a time,
  // later ones wait. From commands and the WATCHER.
  caf::replies_to<find_atom, find_request>::with<find_report>,
  // Replies how far the present walk is. From commands.
  caf::replies_to<progress_atom>::with<find_progress>,
  // Ends the present walk and all that wait. From run_node.
  caf::reacts_to<cancel_atom>,
  // Ends the walk of this name, present or waiting. From the PORTER.
  caf::reacts_to<cancel_atom, std::int64_t>,
  // Goes on with the walk. From itself.
  caf::reacts_to<step_atom>>;

} // namespace troupe
