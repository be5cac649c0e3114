#pragma once

#include "domain/search/block_share.hpp"

#include <string_view>
#include <vector>

namespace troupe::search {

/// The blocks that a space names in its id, "likeness-1:timbre152+rhythm48:…":
/// the second of its parts between colons, each block a name and its number of
/// elements, in the order of the vector. Empty when there is no such part or
/// it does not fill `dim` exactly: the vector is then one whole.
/// @param space borrowed by the result
[[nodiscard]] std::vector<named_block> blocks_of_space(std::string_view space,
                                                       std::size_t dim);

} // namespace troupe::search
