#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::basp {

/// What a certificate lets its holder do. Persisted, inside certificates, by
/// the words of `to_string`.
enum class peer_role : std::uint8_t {
  /// Asks.
  viewer = 0,
  /// "operator", which C++ reserves: also submits, retries and pauses.
  operating = 1,
  /// Everything.
  admin = 2,
  /// Lends cores; nothing else.
  worker = 3,
  /// The node itself; never a visitor.
  node = 4,
};

/// "viewer", "operator", "admin", "worker", "node".
[[nodiscard]] std::string_view to_string(peer_role role) noexcept;

/// The inverse; nothing for any other word.
[[nodiscard]] std::optional<peer_role>
parse_peer_role(std::string_view word) noexcept;

} // namespace troupe::basp
