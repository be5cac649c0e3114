#pragma once

#include "actors/messages/types.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace troupe {

/// The PORTER: what commands of other processes may ask of a node; the one
/// actor that is published. A refusal or failure is an error of ours.
using porter_actor = caf::typed_actor<
  // Says who calls; replies who answers. From a client, first, and again as
  // long as it waits for something, to see whether the node still lives.
  caf::replies_to<hello_atom, client_hello>::with<node_hello>,
  // Replies the ADMINISTRATOR, whom the client then asks itself. From `admin`
  // and `jobs`.
  caf::replies_to<desk_atom>::with<caf::strong_actor_ptr>,
  // Walks the roots to the end; the client then gets `run_news` until it
  // leaves or is told that the node is idle. From `index`.
  caf::replies_to<find_atom, find_request>::with<find_report>,
  // Replies when no job of a living pool is left to run. From `index`.
  caf::replies_to<idle_atom>::with<work_progress>,
  // Ends what the client began: its walk and its news. From `index`.
  caf::replies_to<leave_atom>::with<bool>,
  // Replies how the work stands. From commands.
  caf::replies_to<progress_atom>::with<work_progress>,
  // Replies how the pools stand. From commands.
  caf::replies_to<status_atom>::with<pool_statuses>,
  // Stores a text; replies the entry's public id. The word is an import's
  // token, or empty. From `add`.
  caf::replies_to<text_atom, text_entry, std::string>::with<std::string>,
  // Queues a job that somebody asks for. The word is an import's token, or
  // empty. From commands.
  caf::replies_to<order_atom, job_order, std::string>::with<ordered_job>,
  // Forgets an entry. From `forget`.
  caf::replies_to<forget_atom, forget_request>::with<bool>,
  // Gives an entry's results to its file's new bytes. From `tag`.
  caf::replies_to<retag_atom, retag_request>::with<bool>,
  // What is near to a vector. From `similar` and `search`.
  caf::replies_to<near_atom, near_query>::with<near_answer>,
  // Tells the clients that wait how things stand. From itself.
  caf::reacts_to<news_atom>>;

} // namespace troupe
