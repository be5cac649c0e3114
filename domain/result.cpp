#include "domain/result.hpp"

#include <array>

namespace troupe {

std::string_view to_string(errc code) noexcept {
  constexpr std::array<std::string_view, 19> names{
    "none",        "invalid_argument",  "not_found",         "overloaded",
    "refused",     "corrupt",           "io_failure",        "no_space",
    "locked",      "unsupported",       "timeout",           "cancelled",
    "unreachable", "newer_version",     "permission_denied", "internal",
    "too_large",   "bad_configuration", "not_authorised",
  };
  const auto index = static_cast<std::size_t>(code);
  return index < names.size() ? names.at(index) : "unknown";
}

} // namespace troupe
