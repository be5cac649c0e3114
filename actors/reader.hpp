#pragma once

#include "actors/messages/reader.hpp"
#include "actors/placement.hpp"
#include "domain/ports/library_reader.hpp"
#include "domain/result.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <memory>

namespace troupe {

/// Opens the library for reading; called on the READER's thread, again with
/// each question until it succeeds.
using open_reader_function =
  std::function<result<std::unique_ptr<library_reader>>()>;

/// Spawns the READER. It holds its own connection and never writes.
[[nodiscard]] reader_actor spawn_reader(caf::actor_system& system,
                                        open_reader_function open,
                                        placement where);

} // namespace troupe
