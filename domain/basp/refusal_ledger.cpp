#include "domain/basp/refusal_ledger.hpp"

namespace troupe::basp {

std::optional<refusal> refusal_ledger::note(const std::string& who,
                                            const std::string& why,
                                            std::int64_t now_ms) {
  if (window_end_ms_ == 0)
    window_end_ms_ = now_ms + window_ms;
  const bool full = counted_.size() >= kinds_max;
  const std::pair key{who, why};
  const auto found = counted_.find(key);
  if (found != counted_.end()) {
    ++found->second;
    return std::nullopt;
  }
  if (full) {
    ++counted_[{"others", "various reasons"}];
    return std::nullopt;
  }
  counted_[key] = 0;
  return refusal{who, why, 1};
}

std::vector<refusal> refusal_ledger::settle(std::int64_t now_ms) {
  std::vector<refusal> told;
  if (window_end_ms_ == 0 || now_ms < window_end_ms_)
    return told;
  for (const auto& [key, times] : counted_)
    if (times > 0)
      told.push_back({key.first, key.second, times});
  counted_.clear();
  window_end_ms_ = 0;
  return told;
}

std::int64_t refusal_ledger::due_ms() const noexcept {
  return window_end_ms_;
}

} // namespace troupe::basp
