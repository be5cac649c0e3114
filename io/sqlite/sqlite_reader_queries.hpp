#pragma once

#include "domain/ports/library_reader.hpp"
#include "io/sqlite/sqlite_store_context.hpp"

#include <array>
#include <string>
#include <vector>

/// The questions that a reader answers. Internal to `troupe_io_sqlite`.
/// Failures are left in the database's sticky failure.
namespace troupe::io::sqlite {

/// Row of the current recipe per `media_kind`; 0 where there is none.
using recipe_rows = std::array<std::int64_t, 4>;

/// Half-open range of path bytes.
struct path_range {
  std::string first;
  std::string end;
};

/// The paths at or below an absolute `folder`: the path itself, then all that
/// continue it after a slash. Empty `folder`: every path.
[[nodiscard]] std::vector<path_range> ranges_under(const std::string& folder);

[[nodiscard]] entry_page read_entries(database& db, const recipe_rows& recipes,
                                      const entry_query& wanted);

[[nodiscard]] entry_row read_entry_at(database& db, const recipe_rows& recipes,
                                      const std::string& path);

[[nodiscard]] entry_row read_entry_named(database& db,
                                         const recipe_rows& recipes,
                                         const std::string& word);

[[nodiscard]] std::vector<known_file>
read_known_files(database& db, const std::vector<std::string>& roots);

/// Every entry with this content, missing ones too, oldest first.
[[nodiscard]] std::vector<entry_row>
read_entries_of(database& db, const recipe_rows& recipes, content_id content);

[[nodiscard]] content_vector
read_vector_of(database& db, const recipe_rows& recipes, content_id content);

[[nodiscard]] vector_block read_vectors(database& db,
                                        const recipe_rows& recipes,
                                        const result_query& wanted);

[[nodiscard]] std::vector<vector_space> read_spaces(database& db,
                                                    const recipe_rows& recipes);

[[nodiscard]] content_fingerprint
read_fingerprint_of(database& db, const recipe_rows& recipes,
                    content_id content);

[[nodiscard]] fingerprint_block read_fingerprints(database& db,
                                                  const recipe_rows& recipes,
                                                  const result_query& wanted);

[[nodiscard]] job_page read_jobs(database& db, const job_query& wanted);

[[nodiscard]] job_details read_job_named(database& db, const std::string& word);

[[nodiscard]] std::vector<audit_row>
read_audit(database& db, std::int64_t since_us, std::int64_t limit);

[[nodiscard]] library_status read_status(database& db,
                                         const recipe_rows& recipes);

} // namespace troupe::io::sqlite
