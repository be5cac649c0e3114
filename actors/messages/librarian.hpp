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
  // Queues what has neither result nor job; true only counts. From the
  // SUPERVISOR and from commands.
  caf::replies_to<cover_atom, bool>::with<std::int64_t>,
  // Makes failed jobs ready again; replies how many. From commands.
  caf::replies_to<retry_atom, job_verb>::with<std::int64_t>,
  // Cancels jobs that do not run; replies how many. From the SUPERVISOR.
  caf::replies_to<cancel_atom, job_verb>::with<std::int64_t>,
  // Copies the library to a new file. From commands.
  caf::replies_to<backup_atom, std::string>::with<bool>,
  // Checks the library from end to end. From commands.
  caf::replies_to<check_atom>::with<check_findings>,
  // Commits what is open. From itself, behind the messages already waiting.
  caf::reacts_to<commit_atom>,
  // Moves the log into the file when nothing else is to do. From itself.
  caf::reacts_to<tidy_atom>>;

} // namespace troupe
