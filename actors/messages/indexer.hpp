#pragma once

#include "actors/messages/types.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace troupe {

/// The INDEXER: sole owner of the vectors in memory.
using indexer_actor = caf::typed_actor<
  // What is near to a vector, among all that is committed. From commands and
  // the PORTER.
  caf::replies_to<near_atom, near_query>::with<near_answer>,
  // How each space stands that was asked for. From whoever looks.
  caf::replies_to<spaces_atom>::with<index_report>,
  // Results were committed; true: some may be gone. From the LIBRARIAN.
  caf::reacts_to<changed_atom, bool>,
  // Answers the questions that wait, in one pass. From itself, behind the
  // messages that wait already.
  caf::reacts_to<answer_atom>,
  // Takes in what was committed, when nobody has asked meanwhile. From itself.
  caf::reacts_to<wake_atom>,
  // Does a slice of linking or writing. From itself.
  caf::reacts_to<step_atom>,
  // Writes changes to the cache that nothing followed for long. From itself.
  caf::reacts_to<tidy_atom>>;

} // namespace troupe
