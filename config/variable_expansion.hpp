#pragma once

#include "domain/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// Looks up an environment variable by name; nothing when it is not set.
using environment_lookup =
  std::function<std::optional<std::string>(const std::string& name)>;

/// A text after expansion.
struct expanded_text {
  std::string text;
  /// Names of the variables that were set and taken.
  std::vector<std::string> taken;
};

/// Replaces each `${NAME}` and `${NAME:-default}` by the variable's value; the
/// default stands in for one that is unset or empty, as in a shell. It cannot
/// contain `}` and is not expanded itself. A `$` before anything else stays.
/// @returns `errc::bad_configuration` for an unset variable without a default,
/// a name that is none, or a missing `}`.
[[nodiscard]] result<expanded_text>
expand_variables(std::string_view text, const environment_lookup& environment);

} // namespace troupe
