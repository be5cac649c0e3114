#pragma once

#include "actors/admin_plane.hpp"
#include "actors/client/caller_link.hpp"

#include <memory>

namespace troupe {

/// The admin verbs of a node in another process. Thread affinity and errors as
/// those of `connect_to_node`.
[[nodiscard]] std::unique_ptr<admin_plane> make_node_admin(caller_link link);

} // namespace troupe
