#pragma once

#include "actors/troupe_system.hpp"
#include "domain/result.hpp"
#include "domain/search/distance.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace troupe {

/// All vectors of a space whose content has a present entry.
struct library_vectors {
  std::string space;
  std::size_t dim = 1;
  std::vector<result_owner> owners;
  /// `[owner][dim]`.
  std::vector<float> values;

  [[nodiscard]] search::vector_rows rows() const noexcept {
    return {values, dim};
  }
};

/// The space that holds most vectors of a kind; `errc::not_found`, with what
/// to do, when none does.
[[nodiscard]] result<std::string> main_space(troupe_system& system,
                                             media_kind kind);

/// Loads a space; none of its vectors is a valid answer.
[[nodiscard]] result<library_vectors> load_vectors(troupe_system& system,
                                                   const std::string& space);

/// The present entry of an owner, its document included.
[[nodiscard]] result<entry_row> entry_of(troupe_system& system,
                                         const result_owner& owner);

/// One present, analysed entry for each content of a kind, by content.
[[nodiscard]] result<std::map<content_id, entry_row>>
entries_by_content(troupe_system& system, media_kind kind);

/// Something that is compared with the library.
struct asked_item {
  entry_row entry;
  /// Unit vector; never empty.
  std::vector<float> vector;
  /// Of a text, by which the INDEXER makes its own vector; else empty.
  std::vector<std::uint32_t> features = {};
};

} // namespace troupe
