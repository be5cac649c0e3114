#pragma once

#include "domain/jobs/job.hpp"
#include "domain/ports/library_store.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace troupe {

/// Free hands of one pool: idle workers that no claim has been asked for yet.
struct pool_credit {
  job_kind kind = job_kind::audio_analyze;
  int credit = 0;
};

/// What else decides about claims.
struct desk_view {
  /// No job is in hand and no request on its way.
  bool quiet = true;
  /// A job that must run alone is in hand.
  bool runs_alone = false;
  std::int64_t now_ms = 0;
};

/// Decides what to claim: as much as there is credit for, nothing from a queue
/// known to be empty, and jobs that must run alone only when nothing else
/// runs; when those have waited too long, the others are held back for them.
class claim_desk {
public:
  /// @param suspects_wait_ms_max longest wait of jobs that must run alone
  explicit claim_desk(std::int64_t suspects_wait_ms_max)
    : suspects_wait_ms_max_(suspects_wait_ms_max) {}

  /// New jobs may be ready in every queue.
  void assume_supply() {
    dry_.clear();
  }

  /// Notes what came of an order.
  void note_supply(const claim_order& order,
                   std::span<const claimed_job> claimed);

  /// Notes whether jobs that must run alone are ready.
  void note_suspects(bool ready, std::int64_t now_ms);

  /// The orders to send now; empty when there is nothing to ask for.
  [[nodiscard]] std::vector<claim_order>
  orders(std::span<const pool_credit> credits, const desk_view& view) const;

private:
  std::int64_t suspects_wait_ms_max_;

  /// Queues that had no more ready jobs when last asked.
  std::set<job_kind> dry_;

  /// Since when jobs that must run alone have been ready.
  std::optional<std::int64_t> suspects_since_ms_;
};

} // namespace troupe
