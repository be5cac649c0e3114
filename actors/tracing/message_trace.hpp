#pragma once

#include "actors/messages/admin_values.hpp"
#include "actors/tracing/message_ring.hpp"
#include "domain/ports/library_reader.hpp"

#include <caf/fwd.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

namespace troupe {

/// The recorder of a system: a ring for each actor that is traced, kept some
/// time beyond its actor. Thread-safe.
class message_trace {
public:
  /// @param ticks borrowed; outlives this
  explicit message_trace(const tick_counter& ticks) : ticks_(&ticks) {}

  /// Makes the ring of a new actor.
  [[nodiscard]] std::shared_ptr<message_ring> enrol(std::uint64_t actor_id,
                                                    const char* actor_name);

  /// The messages that concerned a job, oldest first.
  /// @param system knows the names of message types
  [[nodiscard]] trace_report of(const job_row& job,
                                const caf::actor_system& system) const;

private:
  struct member {
    std::uint64_t id = 0;
    std::string name;
    std::shared_ptr<message_ring> ring;
  };

  /// Those of actors that died go first.
  static constexpr std::size_t members_max = 128;

  const tick_counter* ticks_;
  mutable std::mutex mutex_;
  std::deque<member> members_;
};

} // namespace troupe
