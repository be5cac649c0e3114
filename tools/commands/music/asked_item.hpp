#pragma once

#include "tools/commands/command.hpp"
#include "tools/commands/music/library_vectors.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// What FILE|ID words name, together with their vectors: entries of the
/// library where it knows them as they are now, else files analysed in memory
/// by the same actors.
/// @param open the library, for reading
/// @param space the vectors must be of this one
/// @returns one per word, same order; `errc::not_found`,
/// `errc::invalid_argument` for another kind, `errc::refused` for an entry
/// without a vector, and why a file could not be analysed
[[nodiscard]] result<std::vector<asked_item>>
asked_items(const command_context& context, assembly& open,
            const std::vector<std::string>& words, const std::string& space);

} // namespace troupe
