#pragma once

#include "config/config_value.hpp"
#include "domain/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// Reads a JSON object of objects into entries in the order of the text.
/// Knows no key but two older names in "analyzer": `parallel_workers` is
/// `workers`, `processing_timeout` is `timeout_s`.
/// @param path only for messages
/// @returns `errc::bad_configuration` naming file and line.
[[nodiscard]] result<std::vector<config_entry>>
read_json(std::string_view text, const std::string& path);

} // namespace troupe
