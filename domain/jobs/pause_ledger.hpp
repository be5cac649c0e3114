#pragma once

#include "domain/jobs/job.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// What a pause stops. Persisted and sent: append only, never renumber.
enum class pause_scope : std::uint8_t {
  /// Claims of every kind.
  every_kind = 0,
  /// Claims of one kind.
  one_kind = 1,
  /// New work; work that is there goes on.
  intake = 2,
};

/// One thing that can be paused.
struct pause_target {
  pause_scope scope = pause_scope::every_kind;
  /// Meant only with `one_kind`.
  job_kind kind = job_kind::index;

  friend bool operator==(const pause_target& a, const pause_target& b) {
    return a.scope == b.scope
           && (a.scope != pause_scope::one_kind || a.kind == b.kind);
  }
};

/// "all", "intake", or the kind's name.
[[nodiscard]] std::string_view to_string(const pause_target& target) noexcept;

/// The inverse; the empty word is "all". Nothing for any other word.
[[nodiscard]] std::optional<pause_target>
parse_pause_target(std::string_view word) noexcept;

/// One owner's wish that something stand still.
struct pause {
  pause_target target;
  /// Who asked, as the audit spells it: "uid:1000".
  std::string owner;
  /// For people; may be empty.
  std::string reason;
  /// Microseconds UTC; `until_us` 0 = until it is resumed.
  std::int64_t since_us = 0;
  std::int64_t until_us = 0;

  friend bool operator==(const pause&, const pause&) = default;
};

/// All pauses, counted by owner: something stands still while at least one
/// owner wants it, and nobody ends another's pause by accident.
class pause_ledger {
public:
  pause_ledger() = default;

  explicit pause_ledger(std::vector<pause> pauses)
    : pauses_(std::move(pauses)) {}

  /// Adds the pause, or takes over reason and end of the same owner's pause
  /// of the same target; `since_us` then stays. False: nothing changed.
  bool add(pause wanted);

  /// Ends the owner's pause of this target; with `every_kind` also those of
  /// single kinds and of intake. Replies how many ended.
  int end(const pause_target& target, std::string_view owner);

  /// Drops what has ended by itself. Replies how many did.
  int expire(std::int64_t now_us);

  /// Who holds claims of this kind at present; empty: nobody.
  [[nodiscard]] std::vector<pause> holders(job_kind kind,
                                           std::int64_t now_us) const;

  /// Who holds intake at present; empty: nobody.
  [[nodiscard]] std::vector<pause> intake_holders(std::int64_t now_us) const;

  /// When the next one ends by itself; 0: none does.
  [[nodiscard]] std::int64_t next_end_us(std::int64_t now_us) const noexcept;

  [[nodiscard]] const std::vector<pause>& pauses() const noexcept {
    return pauses_;
  }

private:
  std::vector<pause> pauses_;
};

/// "uid:1000 since 3 min: nightly backup": for details and `jobs why`.
[[nodiscard]] std::string describe_pause(const pause& held,
                                         std::int64_t now_us);

/// A time span for people, of two units at most: "3 min", "2 h 10 min".
/// @param span_us negative counts as 0
[[nodiscard]] std::string describe_span(std::int64_t span_us);

} // namespace troupe
