#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::search {

/// A key on the Camelot wheel: 1 to 12 in fifths, A inside (minor), B outside
/// (major). A minor is 8A, C major 8B.
struct camelot_key {
  int number = 1;
  bool minor = false;

  friend bool operator==(const camelot_key&, const camelot_key&) = default;
};

/// Reads "8A" or "12B"; nothing for anything else.
[[nodiscard]] std::optional<camelot_key>
parse_camelot(std::string_view text) noexcept;

/// "8A".
[[nodiscard]] std::string to_string(const camelot_key& key);

/// Steps between two keys: around the wheel the shorter way, one more between
/// inside and outside. 0 to 7.
[[nodiscard]] int camelot_distance(const camelot_key& a,
                                   const camelot_key& b) noexcept;

/// Whether two keys mix: the same, a fifth apart, or relative major and minor.
[[nodiscard]] bool are_neighbours(const camelot_key& a,
                                  const camelot_key& b) noexcept;

} // namespace troupe::search
