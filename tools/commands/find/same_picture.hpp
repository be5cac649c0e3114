#pragma once

#include "tools/commands/music/library_vectors.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace troupe {

/// Pairs of rows of `all` that show one picture: their hashes are near, and
/// their vectors agree. O(rows²) comparisons of hashes.
/// @param all vectors of pictures
[[nodiscard]] result<std::vector<std::pair<std::size_t, std::size_t>>>
same_pictures(troupe_system& system, const library_vectors& all);

} // namespace troupe
