#pragma once

#include "domain/amqp/frames.hpp"

#include <cstdint>
#include <deque>
#include <vector>

namespace troupe::amqp {

/// Which deliveries of one channel await their end, and how the ends are said
/// in the fewest frames: what was done without a gap goes into one
/// acknowledgement of "all up to this". A server does a third of the work for
/// it.
class ack_ledger {
public:
  /// @param tag one more than the last
  void note_delivered(std::uint64_t tag);

  /// To be acknowledged with the next `take`. False: it does not wait.
  bool acknowledge(std::uint64_t tag);

  /// Ended in another way, and said at once. False: it does not wait.
  bool settle(std::uint64_t tag);

  /// What is to be sent now.
  [[nodiscard]] std::vector<amqp::acknowledge> take();

  /// Something is to be sent.
  [[nodiscard]] bool has_pending() const noexcept {
    return !pending_.empty();
  }

  /// Deliveries whose end is not known yet.
  [[nodiscard]] std::uint64_t open_count() const noexcept {
    return open_count_;
  }

  /// A channel begins: nothing is delivered.
  void reset();

private:
  enum class stand : std::uint8_t { open, done, settled };

  /// That tag's stand; null when it was settled long ago or never came.
  stand* at(std::uint64_t tag);

  /// Tag of the front of `stands_`.
  std::uint64_t first_ = 1;
  std::deque<stand> stands_;
  /// Done and not sent, in the order of their ends.
  std::vector<std::uint64_t> pending_;
  std::uint64_t open_count_ = 0;
};

} // namespace troupe::amqp
