#pragma once

#include "actors/messages/types.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

// These stay inside the process.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::word_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::word_matches)

namespace troupe {

/// The READER: answers every question about the library; never writes.
using reader_actor = caf::typed_actor<
  // A page of entries. From commands.
  caf::replies_to<entries_atom, entry_query>::with<entry_page>,
  // The entry with this id, prefix or key. From commands.
  caf::replies_to<entry_atom, std::string>::with<entry_row>,
  // The entry at this absolute path. From commands.
  caf::replies_to<entryat_atom, std::string>::with<entry_row>,
  // A page of jobs. From commands.
  caf::replies_to<jobs_atom, job_query>::with<job_page>,
  // The job with this id or prefix, and its attempts. From commands.
  caf::replies_to<job_atom, std::string>::with<job_details>,
  // Counts of everything. From commands.
  caf::replies_to<status_atom>::with<library_status>,
  // The latest audit rows. From commands.
  caf::replies_to<audit_atom, audit_query>::with<audit_rows>,
  // The vector of a content. From commands.
  caf::replies_to<vector_atom, content_id>::with<content_vector>,
  // The next vectors of a space. From commands.
  caf::replies_to<vectors_atom, result_query>::with<vector_block_ptr>,
  // The spaces that hold vectors. From commands.
  caf::replies_to<spaces_atom>::with<vector_spaces>,
  // The fingerprint of a content. From commands.
  caf::replies_to<print_atom, content_id>::with<content_fingerprint>,
  // The next fingerprints of a method. From commands.
  caf::replies_to<prints_atom, result_query>::with<fingerprint_block_ptr>,
  // The vector of a text with these features. From commands.
  caf::replies_to<vector_atom, content_fingerprint>::with<content_vector>,
  // Contents by their words. From commands.
  caf::replies_to<find_atom, word_query>::with<word_matches>,
  // Every entry of a content. From commands.
  caf::replies_to<copies_atom, content_id>::with<entry_page>,
  // What is known below these absolute paths. From the FINDER.
  caf::replies_to<known_atom, path_list>::with<known_files_ptr>>;

} // namespace troupe
