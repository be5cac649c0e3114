#pragma once

#include "domain/ports/library_reader.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/terminal/terminal.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// A job as JSON, "schema" included.
[[nodiscard]] json job_json(const job_row& job);

/// The same with its attempts, oldest first.
[[nodiscard]] json job_details_json(const job_details& details);

/// Jobs as a table.
[[nodiscard]] std::string job_table(const std::vector<job_row>& jobs,
                                    const terminal_traits& traits);

/// A file and what is said of it in one line; a message that names the file
/// stands alone.
[[nodiscard]] std::string path_and_message(const std::string& path,
                                           const std::string& message);

/// Prints a page of jobs on stdout, one document or one a line when asked;
/// says `none` on stderr when a table would be empty.
void print_jobs(const job_page& page, bool as_document, bool as_lines,
                std::string_view none);

/// A job and its attempts for a person.
[[nodiscard]] std::string job_block(const job_details& details,
                                    const terminal_traits& traits);

} // namespace troupe
