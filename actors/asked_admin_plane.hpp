#pragma once

#include "actors/admin_plane.hpp"
#include "actors/messages/administrator.hpp"

#include <caf/fwd.hpp>

#include <memory>

namespace troupe {

/// An `admin_plane` that asks an ADMINISTRATOR, here or behind a door.
/// @param client borrowed; must outlive the plane; its thread is the plane's
[[nodiscard]] std::unique_ptr<admin_plane>
ask_administrator(caf::scoped_actor& client, administrator_actor administrator);

} // namespace troupe
