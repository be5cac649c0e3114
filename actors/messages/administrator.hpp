#pragma once

#include "actors/messages/types.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace troupe {

/// The ADMINISTRATOR: every admin verb of CONTRACT, one message each. All
/// senders are people's commands, through the node's door or from within its
/// process. Its messages can cross a socket; every change is in the audit
/// under `asker` before the reply is sent. Errors carry `errc`: `refused` (the
/// present state forbids it), `not_found`, `invalid_argument`, `timeout`
/// (unknown whether it happened; ask again, every verb may be repeated).
using administrator_actor = caf::typed_actor<
  // How library, queues, pools and holds stand. The word is the asker.
  caf::replies_to<status_atom, std::string>::with<node_status>,
  // The pools and what is in hand. The word is the asker.
  caf::replies_to<workers_atom, std::string>::with<workers_report>,
  // Stops claims of a kind, or of all; running jobs end. Twice is once.
  caf::replies_to<pause_atom, pause_request>::with<hold_outcome>,
  // Ends the asker's pause; the outcome's `held` names who else has one.
  caf::replies_to<resume_atom, resume_request>::with<hold_outcome>,
  // Holds intake until all work is done or the time is over.
  caf::replies_to<drain_atom, drain_request>::with<drain_outcome>,
  // Gives a pool another size, now; shrinks where jobs end.
  caf::replies_to<scale_atom, scale_request>::with<scale_report>,
  // Holds intake for all but who shows the token of the reply.
  caf::replies_to<import_atom, import_begin_request>::with<import_lease>,
  // Lets the hold last longer.
  caf::replies_to<extend_atom, import_change_request>::with<import_lease>,
  // Opens intake again.
  caf::replies_to<finish_atom, import_change_request>::with<import_lease>,
  // Contents that may not run again by themselves.
  caf::replies_to<convicts_atom, quarantine_query>::with<job_page>,
  // Lets one run again.
  caf::replies_to<release_atom, release_request>::with<release_report>,
  // Failed jobs become ready; replies how many.
  caf::replies_to<retry_atom, job_change_request>::with<std::int64_t>,
  // Jobs are cancelled, running ones between two blocks; replies how many.
  caf::replies_to<cancel_atom, job_change_request>::with<std::int64_t>,
  // The one cause why a job does not run.
  caf::replies_to<why_atom, why_request>::with<idle_answer>,
  // Queues what has neither result nor job; replies how many.
  caf::replies_to<cover_atom, reconcile_request>::with<std::int64_t>,
  // Copies the library to a new file. `refused` when it exists.
  caf::replies_to<backup_atom, backup_request>::with<bool>,
  // Checks the library from end to end. The word is the asker.
  caf::replies_to<check_atom, std::string>::with<check_findings>,
  // Drops what is older than the retention.
  caf::replies_to<prune_atom, prune_request>::with<prune_report>,
  // The latest audit rows.
  caf::replies_to<audit_atom, audit_request>::with<audit_rows>,
  // What the actors did for a job, as far as the recorder remembers.
  caf::replies_to<trace_atom, trace_request>::with<trace_report>,
  // Has the node end as by SIGTERM. The word is the asker.
  caf::replies_to<shutdown_atom, std::string>::with<bool>>;

} // namespace troupe
