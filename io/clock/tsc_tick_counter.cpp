#include "io/clock/tsc_tick_counter.hpp"

#include <chrono>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace troupe::io {

namespace {

using steady = std::chrono::steady_clock;

std::uint64_t read_counter() noexcept {
#if defined(__x86_64__)
  return __rdtsc();
#else
  return static_cast<std::uint64_t>(steady::now().time_since_epoch().count());
#endif
}

/// Counter and steady clock at the same moment.
struct moment {
  std::uint64_t ticks = read_counter();
  steady::time_point at = steady::now();
};

/// Immutable once made, hence thread-safe; never blocks.
class tsc_tick_counter final : public tick_counter {
public:
  [[nodiscard]] std::uint64_t ticks() const noexcept override {
    return read_counter();
  }

  [[nodiscard]] std::int64_t utc_ns(std::uint64_t ticks) const override {
    const moment now;
    const auto utc = std::chrono::system_clock::now().time_since_epoch();
    const auto span_ns =
      std::chrono::duration<double, std::nano>(now.at - begun_.at).count();
    const auto span_ticks = static_cast<double>(now.ticks - begun_.ticks);
    // Exact differences first: the counter may stand at any height.
    const auto ago =
      static_cast<double>(static_cast<std::int64_t>(now.ticks - ticks));
    const auto ago_ns = span_ticks > 0.0 ? ago * span_ns / span_ticks : 0.0;
    return std::chrono::duration_cast<std::chrono::nanoseconds>(utc).count()
           - static_cast<std::int64_t>(ago_ns);
  }

private:
  moment begun_;
};

} // namespace

std::unique_ptr<tick_counter> open_tsc_tick_counter() {
  return std::make_unique<tsc_tick_counter>();
}

} // namespace troupe::io
