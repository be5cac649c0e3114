#pragma once

#include "actors/messages/types.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace troupe {

/// The LIBRARIAN: sole writer of the library. Every reply follows the COMMIT
/// of what it promises; many messages share one COMMIT.
using librarian_actor = caf::typed_actor<
  // Starts an epoch and returns or quarantines what the last one left
  // running. From the SUPERVISOR, once, before anything else.
  caf::replies_to<epoch_atom, epoch_request>::with<epoch_report>,
  // Records found files and queues jobs for them. From the SUPERVISOR.
  caf::replies_to<record_atom, found_batch>::with<record_report>,
  // Marks, moves or forgets entries that vanished. From the SUPERVISOR.
  caf::replies_to<sweep_atom, sweep_request>::with<sweep_report>,
  // Stores a text; replies the entry's public id. From the SUPERVISOR.
  caf::replies_to<text_atom, text_entry>::with<std::string>,
  // Queues a job that somebody asks for. From the SUPERVISOR.
  caf::replies_to<order_atom, job_order>::with<ordered_job>,
  // Forgets an entry. From commands.
  caf::replies_to<forget_atom, forget_request>::with<bool>,
  // Lets an entry keep its results with a tagged file; replies whether it
  // could. From commands.
  caf::replies_to<retag_atom, retag_request>::with<bool>,
  // Ends attempts and claims the next jobs. From the SUPERVISOR.
  caf::replies_to<settle_atom, settle_request_ptr>::with<settle_report>,
  // Replies the claims of an epoch that the store holds for running. From the
  // SUPERVISOR, to find lost replies.
  caf::replies_to<running_atom, std::int64_t>::with<claim_keys>,
  // Makes due jobs ready and counts. From the SUPERVISOR.
  caf::replies_to<wake_atom, job_kinds>::with<backlog>,
  // Queues what has neither result nor job. From the SUPERVISOR.
  caf::replies_to<cover_atom, cover_order>::with<std::int64_t>,
  // Counts and names what is still to run. From the SUPERVISOR.
  caf::replies_to<live_atom, job_kinds>::with<live_jobs>,
  // Changes what is held, and puts it on record. From the SUPERVISOR.
  caf::replies_to<hold_atom, hold_order>::with<hold_outcome>,
  // Replies what is held. From the SUPERVISOR, after a lost reply.
  caf::replies_to<standing_atom>::with<held_state>,
  // Puts on record what changes no row. From SUPERVISOR and ADMINISTRATOR.
  caf::replies_to<note_atom, audit_note>::with<bool>,
  // Notes a request of another program; replies what is known of it. From the
  // JOB SERVER.
  caf::replies_to<request_atom, request_note>::with<request_standing>,
  // Stores the reply of a request. From the JOB SERVER.
  caf::replies_to<answer_atom, answer_order>::with<bool>,
  // Lets a content out of quarantine. From the SUPERVISOR.
  caf::replies_to<release_atom, release_order>::with<release_report>,
  // Drops what is older than the retention. From the ADMINISTRATOR.
  caf::replies_to<prune_atom, prune_order>::with<prune_report>,
  // Makes failed jobs ready again; replies how many. From commands.
  caf::replies_to<retry_atom, job_verb>::with<std::int64_t>,
  // Cancels jobs that do not run; replies how many. From the SUPERVISOR.
  caf::replies_to<cancel_atom, job_verb>::with<std::int64_t>,
  // Copies the library to a new file. From the ADMINISTRATOR.
  caf::replies_to<backup_atom, backup_order>::with<bool>,
  // Checks the library from end to end. From the ADMINISTRATOR.
  caf::replies_to<check_atom, audit_note>::with<check_findings>,
  // Commits what is open. From itself, behind the messages already waiting.
  caf::reacts_to<commit_atom>,
  // Moves the log into the file when nothing else is to do. From itself.
  caf::reacts_to<tidy_atom>>;

} // namespace troupe
