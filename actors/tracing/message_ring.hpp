#pragma once

#include "domain/jobs/job.hpp"
#include "domain/ports/tick_counter.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace troupe {

/// What one message was, as its ring keeps it.
struct ring_record {
  std::uint64_t sent = 0;
  std::uint64_t begun = 0;
  std::uint64_t ended = 0;
  /// Messages in the mailbox when it was sent, itself included; 0 = unknown.
  std::uint64_t depth = 0;
  /// Borrowed for ever: the actor's own name for its class; may be null.
  const char* sender = nullptr;
  std::uint64_t sender_id = 0;
  /// What the message's first element is: CAF's number of its type, and the
  /// value of an atom, or the address of the `std::type_info` of a type that
  /// has no number.
  std::uint64_t type_number = 0;
  std::uint64_t type_detail = 0;
};

/// The latest messages of one actor.
///
/// Thread affinity: `arrive` and `collect` from any thread, the others on the
/// actor's. No call allocates or waits, but for `collect`.
class message_ring {
public:
  /// @param ticks borrowed; outlives this
  explicit message_ring(const tick_counter& ticks);

  /// A message is about to enter the mailbox.
  void arrive(const void* message) noexcept;

  /// The actor begins to handle it.
  void begin(const void* message) noexcept;

  /// What is being handled concerns this job; call it for each of them.
  void note_job(job_id job) noexcept;

  /// The actor is done with it; times and depth are filled in here. Kept only
  /// when it concerns a job.
  void end(ring_record record) noexcept;

  /// Appends what concerned the job. @returns false when records were lost
  /// that are younger than `since` ticks
  bool collect(job_id job, std::uint64_t since,
               std::vector<ring_record>& found) const;

private:
  static constexpr std::uint64_t records_kept = 2'048;
  static constexpr std::uint64_t jobs_kept = 8'192;
  static constexpr std::uint64_t arrivals_kept = 512;
  /// Messages overtake each other by urgency alone.
  static constexpr std::uint64_t arrivals_searched = 8;

  struct arrival {
    std::atomic<const void*> message{nullptr};
    std::atomic<std::uint64_t> at{0};
  };

  /// A record as words that may be read while they are written.
  struct cell {
    std::array<std::atomic<std::uint64_t>, 8> words{};
    std::atomic<std::uint64_t> first_job{0};
    std::atomic<std::uint64_t> jobs{0};
  };

  const tick_counter* ticks_;
  std::unique_ptr<std::array<arrival, arrivals_kept>> arrivals_;
  std::unique_ptr<std::array<cell, records_kept>> cells_;
  std::unique_ptr<std::array<std::atomic<std::int64_t>, jobs_kept>> jobs_;

  alignas(64) std::atomic<std::uint64_t> arrived_{0};

  /// Written by the actor alone.
  alignas(64) std::atomic<std::uint64_t> kept_{0};
  std::atomic<std::uint64_t> noted_{0};
  std::uint64_t handled_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t begun_ = 0;
  std::uint64_t depth_ = 0;
  std::uint64_t first_job_ = 0;
};

/// The ring of the actor that this thread runs at present; null for none.
inline thread_local message_ring* present_ring = nullptr;

/// The message that is being handled concerns this job.
inline void note_job(job_id job) noexcept {
  if (present_ring != nullptr)
    present_ring->note_job(job);
}

} // namespace troupe
