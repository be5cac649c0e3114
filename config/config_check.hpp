#pragma once

#include "config/config_schema.hpp"
#include "domain/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// What `shape`, bounds and choices allow, for a person: "a whole number from
/// 0 to 1024", "\"text\" or \"json\"".
template <class Owner>
[[nodiscard]] std::string allowed_values(const config_key<Owner>& key);

/// Is `value` of the key's shape and within its bounds?
/// @returns `errc::bad_configuration` whose detail says what is allowed, e.g.
/// "must be a whole number from 0 to 1024"; the caller names the place.
template <class Owner>
[[nodiscard]] result<void> check_value(const config_key<Owner>& key,
                                       const config_value& value);

/// A value out of the text of a flag or an environment variable, by the key's
/// shape; a list is split at commas. What is no number becomes an
/// `unusable_value`.
template <class Owner>
[[nodiscard]] config_value parse_value(const config_key<Owner>& key,
                                       std::string_view text);

/// The word of `words` nearest to `word` by edit distance; empty when none is
/// near enough to be meant. Complexity: O(words * length squared).
[[nodiscard]] std::string nearest_word(std::string_view word,
                                       const std::vector<std::string>& words);

} // namespace troupe
