#pragma once

#include <string>

namespace troupe {

/// `troupe` below the user's state folder: $XDG_STATE_HOME, else
/// ~/.local/state. Nothing is made.
[[nodiscard]] std::string state_folder();

/// `troupe` in $XDG_RUNTIME_DIR, else the state folder: for sockets.
[[nodiscard]] std::string runtime_folder();

} // namespace troupe
