#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace troupe::testing {

/// One first-party source or header, as the house rules see it.
struct source_file {
  /// Relative to the repository's root, with `/`: "domain/audio/pcm.hpp".
  std::string path;

  /// The whole content.
  std::string text;

  /// The first folder of the path: "domain".
  [[nodiscard]] std::string layer() const;

  /// Whether it is a header.
  [[nodiscard]] bool is_header() const;
};

/// What breaks a rule: "path:line: what is wrong". Empty when nothing does.
using complaints = std::vector<std::string>;

/// Formats one complaint; `line` counts from 1.
[[nodiscard]] std::string complaint(const source_file& file, std::size_t line,
                                    std::string_view what);

/// Cuts a text at line feeds; a last line without one counts too.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

/// Replaces the inside of comments, strings and character literals by blanks,
/// so that what is left is code, on the same lines and columns.
[[nodiscard]] std::string code_only(std::string_view text);

} // namespace troupe::testing
