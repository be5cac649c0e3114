#pragma once

#include "config/config_value.hpp"
#include "domain/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// Reads TOML 1.0 into entries in the order of their lines. Knows no key.
/// @param path only for messages
/// @returns `errc::bad_configuration` naming file, line and column.
[[nodiscard]] result<std::vector<config_entry>>
read_toml(std::string_view text, const std::string& path);

} // namespace troupe
