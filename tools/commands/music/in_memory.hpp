#pragma once

#include "domain/result.hpp"
#include "tools/assemble.hpp"
#include "tools/commands/command.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// Analyses files by the same actors over a library in memory, with progress
/// on stderr. One such library at a time in a process.
/// @returns the system, which knows the files by now; `errc::cancelled` after
/// Ctrl-C; the errors of `assemble`
[[nodiscard]] result<std::unique_ptr<assembly>>
analyse_in_memory(const command_context& context,
                  const std::vector<std::string>& files);

/// The analysis of one of those files, or why there is none.
[[nodiscard]] result<entry_row> analysed_entry(assembly& open,
                                               const std::string& file);

/// An error unless every word names a file that exists and is no folder.
/// @param command the name for the message
[[nodiscard]] result<void> expect_files(const std::string& command,
                                        const std::vector<std::string>& files);

} // namespace troupe
