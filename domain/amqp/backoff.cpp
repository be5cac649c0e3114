#include "domain/amqp/backoff.hpp"

#include <algorithm>
#include <utility>

namespace troupe::amqp {

void backoff::succeed(std::int64_t now_us) noexcept {
  up_since_us_ = now_us;
}

std::int64_t backoff::fail(std::int64_t now_us, bool slow,
                           double chance) noexcept {
  const auto up_since = std::exchange(up_since_us_, 0);
  const bool was_healthy =
    up_since != 0 && now_us - up_since >= bounds_.healthy_after_us;
  const auto first = slow ? bounds_.first_slow_us : bounds_.first_us;
  const auto longest = slow ? bounds_.longest_slow_us : bounds_.longest_us;
  if (step_us_ == 0 || was_healthy || slow != slow_)
    step_us_ = first;
  else
    step_us_ = std::min(2 * step_us_, longest);
  slow_ = slow;
  const auto wait = static_cast<double>(step_us_) * (0.5 + 0.5 * chance);
  return now_us + static_cast<std::int64_t>(wait);
}

} // namespace troupe::amqp
