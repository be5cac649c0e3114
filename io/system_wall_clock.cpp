#include "io/system_wall_clock.hpp"

#include <chrono>

namespace troupe::io {

namespace {

/// Stateless, hence thread-safe; never blocks.
class system_wall_clock final : public wall_clock {
public:
  [[nodiscard]] std::int64_t now_us() const noexcept override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  }

  [[nodiscard]] std::int64_t monotonic_ms() const noexcept override {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }
};

} // namespace

std::unique_ptr<wall_clock> open_system_wall_clock() {
  return std::make_unique<system_wall_clock>();
}

} // namespace troupe::io
