#pragma once

#include "tests/tidy/source_text.hpp"

namespace troupe::testing {

/// Checks what stands in the text: `#pragma once` opens a header, no unfinished
/// work is marked, a silenced lint check gives its reason, tests do not sleep,
/// and the file ends with a line feed.
[[nodiscard]] complaints check_text(const source_file& file);

/// Whether a file or folder name says nothing about what it holds.
/// @param name without folder: "media_kind.hpp"
[[nodiscard]] bool is_vague_name(std::string_view name);

} // namespace troupe::testing
