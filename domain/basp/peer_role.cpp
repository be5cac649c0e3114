#include "domain/basp/peer_role.hpp"

namespace troupe::basp {

std::string_view to_string(peer_role role) noexcept {
  switch (role) {
  case peer_role::viewer:
    return "viewer";
  case peer_role::operating:
    return "operator";
  case peer_role::admin:
    return "admin";
  case peer_role::worker:
    return "worker";
  case peer_role::node:
    return "node";
  }
  return "unknown";
}

std::optional<peer_role> parse_peer_role(std::string_view word) noexcept {
  for (const auto role : {peer_role::viewer, peer_role::operating,
                          peer_role::admin, peer_role::worker, peer_role::node})
    if (to_string(role) == word)
      return role;
  return std::nullopt;
}

} // namespace troupe::basp
