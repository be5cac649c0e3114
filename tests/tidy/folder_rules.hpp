#pragma once

#include "tests/tidy/source_text.hpp"

#include <filesystem>

namespace troupe::testing {

/// The seven folders that hold all code, in the order of the arrows.
[[nodiscard]] const std::vector<std::string>& layers();

/// Reads every .hpp and .cpp of the seven folders, sorted by path.
/// @param root the repository's root
[[nodiscard]] std::vector<source_file>
read_sources(const std::filesystem::path& root);

/// Checks the folders below `root`: a README.md of at most 40 lines opens each
/// one that holds sources (tests/ has one for its whole mirror), no folder has
/// more than 15 file pairs, no name is vague. A header without a source (a
/// port, a plain struct) is no pair.
[[nodiscard]] complaints check_folders(const std::filesystem::path& root);

/// Checks that a README names only files that exist. A name counts as a path
/// when it stands in backquotes or in a code block and starts with one of the
/// seven folders; `*` and `<` mark a pattern, which is not looked up.
/// @param readme with its path relative to `root`
[[nodiscard]] complaints check_named_paths(const std::filesystem::path& root,
                                           const source_file& readme);

/// Reads every README.md of the repository, sorted by path.
[[nodiscard]] std::vector<source_file>
read_readmes(const std::filesystem::path& root);

/// Checks that the root holds the seven folders and what tools demand there.
[[nodiscard]] complaints check_root(const std::filesystem::path& root);

} // namespace troupe::testing
