#pragma once

#include "domain/ports/library_reader.hpp"
#include "tools/terminal/terminal.hpp"

#include <string>
#include <vector>

namespace troupe {

/// An entry as a block of lines for a person, the last with its newline.
[[nodiscard]] std::string entry_block(const entry_row& entry,
                                      const terminal_traits& traits);

/// Entries as a table: state, kind, duration, tempo, Camelot key,
/// LUFS, title or name.
[[nodiscard]] std::string entry_table(const std::vector<entry_row>& entries,
                                      const terminal_traits& traits);

/// The name that a person would use: title of the tags, else the file's name.
[[nodiscard]] std::string entry_name(const entry_row& entry);

} // namespace troupe
