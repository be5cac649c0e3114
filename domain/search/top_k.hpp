#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace troupe::search {

/// The indices of the `count` largest scores, the largest first; of equal
/// scores the one that comes first. NaN is below every number. Fewer when
/// there are not so many scores.
///
/// O(n log count); allocates `count` indices.
[[nodiscard]] std::vector<std::size_t> top_k(std::span<const float> scores,
                                             std::size_t count);

} // namespace troupe::search
