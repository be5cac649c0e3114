#include "domain/amqp/call_table.hpp"

#include <utility>

namespace troupe::amqp {

void call_table::add(open_call x) {
  by_correlation_.emplace(x.correlation_id, x.token);
  by_deadline_.emplace(x.deadline_us, x.token);
  const auto token = x.token;
  calls_.emplace(token, std::move(x));
}

bool call_table::answer(const std::string& correlation_id, open_call& out) {
  const auto found = by_correlation_.find(correlation_id);
  if (found == by_correlation_.end()) {
    ++late_replies_;
    return false;
  }
  out = remove(found->second);
  return true;
}

std::vector<open_call> call_table::expire(std::int64_t now_us) {
  std::vector<open_call> late;
  while (!by_deadline_.empty() && by_deadline_.begin()->first <= now_us)
    late.push_back(remove(by_deadline_.begin()->second));
  return late;
}

bool call_table::take(std::uint64_t token, open_call& out) {
  if (!calls_.contains(token))
    return false;
  out = remove(token);
  return true;
}

void call_table::note_asked(std::uint64_t token, std::uint64_t sequence) {
  if (const auto found = calls_.find(token); found != calls_.end())
    found->second.sequence = sequence;
}

void call_table::confirm(std::uint64_t token) {
  if (const auto found = calls_.find(token); found != calls_.end())
    found->second.confirmed = true;
}

std::vector<open_call> call_table::recall_confirmed() {
  std::vector<open_call> found;
  for (auto& [token, call] : calls_)
    if (std::exchange(call.confirmed, false))
      found.push_back(call);
  return found;
}

std::int64_t call_table::next_deadline_us() const noexcept {
  return by_deadline_.empty() ? 0 : by_deadline_.begin()->first;
}

open_call call_table::remove(std::uint64_t token) {
  auto gone = calls_.extract(token);
  auto& call = gone.mapped();
  by_correlation_.erase(call.correlation_id);
  const auto [first, last] = by_deadline_.equal_range(call.deadline_us);
  for (auto it = first; it != last; ++it)
    if (it->second == token) {
      by_deadline_.erase(it);
      break;
    }
  return std::move(call);
}

} // namespace troupe::amqp
