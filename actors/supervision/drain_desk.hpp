#pragma once

#include "actors/messages/admin_values.hpp"
#include "actors/supervision/librarian_link.hpp"
#include "actors/supervision/waiting_room.hpp"
#include "actors/supervision/work_floor.hpp"
#include "domain/dispatch/drain_clock.hpp"
#include "domain/dispatch/drain_watch.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// The SUPERVISOR's two drains: the one at its end, and the one that an
/// administrator asks for while the node goes on. Part of the SUPERVISOR, on
/// its thread.
class drain_desk {
public:
  /// @param self the SUPERVISOR; all outlive this
  drain_desk(supervisor_actor::pointer self,
             const supervisor_tunables& tunables, librarian_link& link,
             work_floor& floor, const wall_clock& clock)
    : self_(self), tunables_(tunables), librarian_(&link), floor_(&floor),
      clock_(&clock) {}

  drain_desk(const drain_desk&) = delete;
  drain_desk& operator=(const drain_desk&) = delete;

  /// Claims end for good; jobs may end within the grace period, then they are
  /// asked back, then their workers are given up.
  caf::typed_response_promise<drain_report> shut_down(std::int64_t grace_ms);

  /// Holds intake until nothing is left or the time is over. `errc::refused`
  /// while another drain is under way, and when a kind that has jobs stands
  /// still: that would never end.
  caf::result<drain_outcome> begin(const drain_request& request);

  /// Looks how the drains stand; after every event.
  void go_on();

  [[nodiscard]] bool shutting_down() const noexcept {
    return end_.running();
  }

  /// Why new work is refused; `errc::none` when it is not.
  [[nodiscard]] error why_intake_is_held(const std::string& token) const;

  /// Fills in how the drains stand.
  void describe(supervision_status& status) const;

private:
  void on_first_look(const live_jobs& found);
  void start();
  void refresh();
  void look();
  void ask_back();
  void finish(bool drained);
  void fail(const error& why);
  [[nodiscard]] std::vector<drain_blocker> blockers() const;
  [[nodiscard]] audit_note note() const;

  supervisor_actor::pointer self_;
  supervisor_tunables tunables_;
  librarian_link* librarian_;
  work_floor* floor_;
  const wall_clock* clock_;

  drain_clock end_;
  std::int64_t abandoned_ = 0;
  waiting_room<drain_report> end_waiters_;

  /// An administrator's drain is asked for, or under way.
  bool taken_ = false;
  drain_request request_;
  std::int64_t since_us_ = 0;
  drain_watch watch_;
  /// The store's last word on what is left.
  live_jobs left_;
  bool left_asked_ = false;
  std::int64_t asked_back_ = 0;
  drain_outcome outcome_;
  waiting_room<drain_outcome> waiter_;
};

} // namespace troupe
