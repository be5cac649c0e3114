#pragma once

#include <string>
#include <string_view>

namespace troupe {

/// What a descriptor leads to, as far as output cares.
struct terminal_traits {
  bool is_terminal = false;
  /// Columns at present; 80 when unknown.
  int columns = 80;
  /// Rows at present; 24 when unknown.
  int rows = 24;
  /// A terminal, and neither NO_COLOR nor TERM=dumb is set.
  bool colour = false;
};

/// Asks the system each time, so that a resize is seen.
[[nodiscard]] terminal_traits look_at_terminal(int descriptor);

/// Colours by meaning.
enum class tone { plain, good, bad, faint, strong };

/// `text` in its tone; unchanged without colour.
[[nodiscard]] std::string toned(std::string_view text, tone what, bool colour);

} // namespace troupe
