#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::basp {

/// A refusal for the record.
struct refusal {
  std::string who;
  std::string why;
  /// How often, since the last record of the same.
  std::int64_t times = 1;
};

/// Keeps the record short whatever comes in: of refusals alike, the first is
/// told at once and the others, counted, when a window is over.
class refusal_ledger {
public:
  static constexpr std::int64_t window_ms = 10'000;
  /// Different ones in a window; any more count as one.
  static constexpr std::size_t kinds_max = 256;

  /// @returns what is to be recorded now, if anything
  std::optional<refusal> note(const std::string& who, const std::string& why,
                              std::int64_t now_ms);

  /// Ends a window that is over. @returns what was counted in it
  std::vector<refusal> settle(std::int64_t now_ms);

  /// When a window with something to tell ends; 0 = none.
  [[nodiscard]] std::int64_t due_ms() const noexcept;

private:
  /// Who and why → times beyond the first.
  std::map<std::pair<std::string, std::string>, std::int64_t> counted_;
  std::int64_t window_end_ms_ = 0;
};

} // namespace troupe::basp
