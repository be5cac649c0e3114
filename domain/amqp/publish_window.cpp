#include "domain/amqp/publish_window.hpp"

#include <algorithm>
#include <utility>

namespace troupe::amqp {

void publish_window::add(publication x, std::int64_t now_us) {
  const auto tag = ++last_tag_;
  if (x.deadline_us != 0)
    by_deadline_.emplace(x.deadline_us, tag);
  if (x.content && !x.content->properties.message_id.empty())
    by_message_id_.emplace(x.content->properties.message_id, tag);
  pending_.emplace(tag, slot{std::move(x), now_us});
}

/// Null: there is none.
publish_window::slot*
publish_window::oldest_with(const std::string& message_id,
                            const std::function<bool(const slot&)>& wanted) {
  auto found = pending_.end();
  const auto [first, last] = by_message_id_.equal_range(message_id);
  for (auto it = first; it != last; ++it) {
    const auto at = pending_.find(it->second);
    if (wanted(at->second)
        && (found == pending_.end() || at->first < found->first))
      found = at;
  }
  return found == pending_.end() ? nullptr : &found->second;
}

bool publish_window::mark_returned(const std::string& message_id) {
  auto* const found =
    oldest_with(message_id, [](const slot& x) { return !x.returned; });
  if (found != nullptr)
    found->returned = true;
  return found != nullptr;
}

void publish_window::forget(std::uint64_t sequence,
                            const std::string& message_id) {
  auto* const found = oldest_with(
    message_id, [&](const slot& x) { return x.of.sequence == sequence; });
  if (found != nullptr)
    found->forgotten = true;
}

std::vector<publish_window::verdict>
publish_window::settle(const publish_settled& x) {
  std::vector<verdict> settled;
  const auto end = pending_.upper_bound(x.tag);
  auto at = x.multiple ? pending_.begin() : pending_.find(x.tag);
  if (at == pending_.end())
    return settled;
  while (at != end) {
    const auto next = std::next(at);
    auto gone = remove(at);
    settled.push_back({std::move(gone.of), x.accepted, gone.returned});
    room_ = std::min(room_ + 1, size_max_);
    at = next;
  }
  return settled;
}

std::vector<publication> publish_window::expire(std::int64_t now_us) {
  std::vector<publication> late;
  while (!by_deadline_.empty() && by_deadline_.begin()->first <= now_us)
    late.push_back(remove(pending_.find(by_deadline_.begin()->second)).of);
  return late;
}

std::vector<publication> publish_window::take_back() {
  std::vector<publication> left;
  left.reserve(pending_.size());
  if (!pending_.empty())
    room_ = 1;
  for (auto& [tag, each] : pending_)
    if (!each.forgotten)
      left.push_back(std::move(each.of));
  pending_.clear();
  by_message_id_.clear();
  by_deadline_.clear();
  last_tag_ = 0;
  return left;
}

std::int64_t publish_window::next_deadline_us() const noexcept {
  return by_deadline_.empty() ? 0 : by_deadline_.begin()->first;
}

std::int64_t publish_window::oldest_us() const noexcept {
  return pending_.empty() ? 0 : pending_.begin()->second.published_us;
}

publish_window::slot publish_window::remove(slots::iterator at) {
  auto gone = std::move(at->second);
  const auto tag = at->first;
  pending_.erase(at);
  const auto [first, last] = by_deadline_.equal_range(gone.of.deadline_us);
  for (auto it = first; it != last; ++it)
    if (it->second == tag) {
      by_deadline_.erase(it);
      break;
    }
  if (gone.of.content) {
    const auto ids =
      by_message_id_.equal_range(gone.of.content->properties.message_id);
    for (auto it = ids.first; it != ids.second; ++it)
      if (it->second == tag) {
        by_message_id_.erase(it);
        break;
      }
  }
  return gone;
}

} // namespace troupe::amqp
