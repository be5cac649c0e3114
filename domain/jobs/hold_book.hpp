#pragma once

#include "domain/jobs/import_lease.hpp"
#include "domain/jobs/pause_ledger.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// A pool's size that outlives the process.
struct saved_scale {
  /// For example "analyzers".
  std::string pool;
  int slots = 0;

  friend bool operator==(const saved_scale&, const saved_scale&) = default;
};

/// Everything that people and importers hold or have set; durable as a whole.
struct held_state {
  std::vector<pause> pauses;
  import_lease import;
  std::vector<saved_scale> scales;
  /// Rises with every change: of two states the one with the higher revision
  /// is the later one.
  std::int64_t revision = 0;

  friend bool operator==(const held_state&, const held_state&) = default;
};

/// What can be done to a held state. Sent: append only.
enum class hold_verb : std::uint8_t {
  pause = 0,
  resume = 1,
  import_begin = 2,
  import_extend = 3,
  import_end = 4,
  scale = 5,
};

/// One change, by one owner.
struct hold_change {
  hold_verb verb = hold_verb::pause;
  /// Who asks.
  std::string asker;
  /// pause, resume: what; resume: whose, empty = the asker's.
  pause_target target;
  std::string owner;
  std::string reason;
  /// pause: 0 = until it is resumed; import_*: time to live.
  std::int64_t lasts_ms = 0;
  std::string token;
  /// scale: which pool, how many.
  std::string pool;
  int slots = 0;
};

/// What a change came to.
struct hold_outcome {
  /// Pauses, leases or scales that changed; 0: it was so already.
  std::int64_t affected = 0;
  held_state held;
};

/// Applies a change to a state; pauses that have run out are dropped on the
/// way. Doing the same twice is no error and changes nothing.
/// Errors as `import_lease.hpp`; `errc::refused` for the resumption of one
/// kind while the owner has paused all of them.
[[nodiscard]] result<hold_outcome>
apply_hold(held_state present, const hold_change& change, std::int64_t now_us);

/// Why new work is refused at present; `errc::none` when it is not. `token`
/// is the one that came with the work; the import's own work passes.
[[nodiscard]] error why_intake_is_held(const held_state& held,
                                       std::string_view token,
                                       std::int64_t now_us);

} // namespace troupe
