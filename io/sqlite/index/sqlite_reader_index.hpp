#pragma once

#include "io/sqlite/sqlite_reader_queries.hpp"

#include <string>
#include <vector>

/// What an index of vectors asks. Internal to `troupe_io_sqlite`.
namespace troupe::io::sqlite {

/// Vectors under the present recipes, by rising `seq`.
[[nodiscard]] std::vector<result_mark>
read_vector_marks(database& db, const recipe_rows& recipes);

/// The same of fingerprints.
[[nodiscard]] std::vector<result_mark>
read_fingerprint_marks(database& db, const recipe_rows& recipes);

/// Recipes and first content; see `library_reader::lineage`.
[[nodiscard]] std::string read_lineage(database& db,
                                       const recipe_rows& recipes);

/// Contents with a present entry that the filter lets through, by id.
[[nodiscard]] std::vector<content_id>
read_contents_where(database& db, const content_filter& filter);

/// The oldest present entry of each content, 0 without one.
[[nodiscard]] std::vector<entry_id>
read_present_entries(database& db, const std::vector<content_id>& contents);

} // namespace troupe::io::sqlite
