#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace troupe {

/// A value of a kind that no key takes: a number with a fraction, a date, a
/// list of numbers, …
struct unusable_value {
  /// For a person: "a number with a fraction".
  std::string kind;
};

/// What a key can hold.
using config_value = std::variant<std::int64_t, std::string,
                                  std::vector<std::string>, unusable_value>;

/// One `key = value` as a file has it.
struct config_entry {
  /// Dotted: "analyzer", "broker.service.ai"; empty at the top of the file.
  std::string section;
  /// Empty when only the section itself is mentioned.
  std::string key;
  config_value value;
  /// Counted from 1.
  std::int64_t line = 0;
};

/// A value as `config show` prints it, valid both as TOML and as JSON.
[[nodiscard]] std::string format_config_value(const config_value& value);

} // namespace troupe
