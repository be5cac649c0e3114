#pragma once

#include "actors/messages/types.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace troupe {

/// What workers say to the SUPERVISOR.
using dispatcher_actor = caf::typed_actor<
  // Is ready for a job. From a worker, once, when it is set up.
  caf::reacts_to<ask_atom, worker_seat>,
  // Gives a sign of life. From a worker, per decoded block.
  caf::reacts_to<beat_atom, worker_beat>,
  // Ended its job and is ready for the next one. From a worker.
  caf::reacts_to<end_atom, worker_end>>;

/// Whoever wants to know how jobs end.
using job_listener_actor = caf::typed_actor<
  // A job ended, and the library says so. From the SUPERVISOR.
  caf::reacts_to<ended_atom, job_news>>;

/// A listener as the element of a message.
struct job_listener {
  job_listener_actor who;
};

/// The EMBEDDING SUPERVISOR: every job passes it; it claims on credit, gives
/// work out, watches the workers, and settles what they did.
using supervisor_actor = dispatcher_actor::extend<
  // Records found files, then gives the new work out. `refused` while intake
  // is held, but for the import's own. From the FINDER.
  caf::replies_to<record_atom, found_batch>::with<record_report>,
  // Marks, moves or forgets entries that vanished. From the FINDER.
  caf::replies_to<sweep_atom, sweep_request>::with<sweep_report>,
  // Stores a text; replies the entry's public id. The word is an import's
  // token or empty; `refused` as above. From commands.
  caf::replies_to<text_atom, text_entry, std::string>::with<std::string>,
  // Queues a job that somebody asks for, then gives it out. The word is an
  // import's token or empty; `refused` as above. From commands and the PORTER.
  caf::replies_to<order_atom, job_order, std::string>::with<ordered_job>,
  // Makes failed jobs ready again; replies how many. From commands.
  caf::replies_to<retry_atom, job_verb>::with<std::int64_t>,
  // Cancels jobs, running ones between two blocks; replies how many. From
  // commands.
  caf::replies_to<cancel_atom, job_verb>::with<std::int64_t>,
  // Queues what has neither result nor job. From the ADMINISTRATOR.
  caf::replies_to<cover_atom, cover_order>::with<std::int64_t>,
  // Lets a content out of quarantine. From the ADMINISTRATOR.
  caf::replies_to<release_atom, release_order>::with<release_report>,
  // Tells this actor, and nobody else, how jobs end from now on. From
  // troupe_system.
  caf::reacts_to<listen_atom, job_listener>,
  // Replies what the start found, once the epoch has begun. From run_node.
  caf::replies_to<ready_atom>::with<epoch_report>,
  // Replies when no job of a living pool is ready, running or waiting. From
  // commands.
  caf::replies_to<idle_atom>::with<work_progress>,
  // Replies how the work stands. From commands.
  caf::replies_to<progress_atom>::with<work_progress>,
  // Replies how the pools stand. From commands.
  caf::replies_to<status_atom>::with<pool_statuses>,
  // Replies how work, pools and holds stand. From the ADMINISTRATOR.
  caf::replies_to<standing_atom>::with<supervision_status>,
  // Changes what is held, durably. From the ADMINISTRATOR.
  caf::replies_to<hold_atom, hold_order>::with<hold_outcome>,
  // Gives a pool another size. From the ADMINISTRATOR.
  caf::replies_to<scale_atom, scale_request>::with<scale_report>,
  // Stops claiming for good, lets running jobs end within the grace period
  // (ms), hands the rest back, and replies once all is durable. From run_node.
  caf::replies_to<drain_atom, std::int64_t>::with<drain_report>,
  // Holds intake until all work is done or the time is over, and goes on. From
  // the ADMINISTRATOR.
  caf::replies_to<drain_atom, drain_request>::with<drain_outcome>,
  // Settles what has gathered and gives work out. From itself.
  caf::reacts_to<dispatch_atom>,
  // Looks at deadlines, slots and lost replies. From itself.
  caf::reacts_to<watch_atom>>;

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::job_listener)
