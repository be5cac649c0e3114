#pragma once

#include "domain/index/library_index.hpp"
#include "tests/domain/search/random_rows.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::testing {

/// What `index_filler` and the test that kills it agree on.
inline constexpr const char* filled_space = "space-1";
inline constexpr std::size_t filled_dim = 16;

/// Vectors of one commit.
inline constexpr std::int64_t filled_batch = 25;

inline std::vector<float> filled_vector(std::int64_t number) {
  return random_rows(1, filled_dim, static_cast<unsigned>(number));
}

/// So small that a graph is built, and files are written, all the time.
inline index::library_index_policy filler_policy() {
  index::library_index_policy policy;
  policy.space.exact_max = 100;
  policy.space.slice_rows = 8;
  policy.save_after = 40;
  return policy;
}

} // namespace troupe::testing
