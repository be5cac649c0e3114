#pragma once

#include "actors/messages/types.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace troupe {

/// A worker of any pool: holds one job at a time, pulled by `ask` and
/// `end` messages to its SUPERVISOR.
using worker_actor = caf::typed_actor<
  // Does a job. From the SUPERVISOR, in answer to `ask` or `end`.
  caf::reacts_to<work_atom, claimed_job_ptr>,
  // Ends the job early, as cancelled (false) or handed back (true). From the
  // SUPERVISOR.
  caf::reacts_to<cancel_atom, claim_key, bool>,
  // Goes on with the job: one block. From itself.
  caf::reacts_to<step_atom>>;

} // namespace troupe
