#pragma once

#include "tests/tidy/source_text.hpp"

namespace troupe::testing {

/// A function with a body, as found in formatted code.
struct function_span {
  /// The name before its parameters: "on_submit", "operator()", "TEST_F".
  std::string name;

  /// The line of the opening brace and of the closing one, counted from 1.
  std::size_t first_line = 0;
  std::size_t last_line = 0;
};

/// Finds every function body that is not inside another one. Relies on our
/// format: a body's brace follows a blank, a brace initialiser's does not.
[[nodiscard]] std::vector<function_span> functions_of(std::string_view text);

/// Checks the lengths: a file has at most 500 lines, a function 60, a message
/// handler of an actor 40. Tests themselves may be longer than a function.
[[nodiscard]] complaints check_lengths(const source_file& file);

} // namespace troupe::testing
