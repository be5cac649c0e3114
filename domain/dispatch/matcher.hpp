#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace troupe {

/// Brings work that waits together with takers that wait: the most urgent
/// first, then the oldest; takers in the order they asked. A value.
template <class Work, class Taker>
class matcher {
public:
  /// Work waits for a taker.
  void offer(Work work, int priority) {
    works_[priority].push_back(std::move(work));
  }

  /// A taker waits for work; one that waits already is not counted twice.
  void ask(Taker taker) {
    if (std::find(takers_.begin(), takers_.end(), taker) == takers_.end())
      takers_.push_back(std::move(taker));
  }

  /// Takers that `gone` names wait no more.
  template <class Predicate>
  void leave_if(Predicate gone) {
    std::erase_if(takers_, gone);
  }

  /// The next pair; nothing while either side is empty.
  [[nodiscard]] std::optional<std::pair<Work, Taker>> match() {
    if (works_.empty() || takers_.empty())
      return std::nullopt;
    const auto urgent = works_.begin();
    std::pair pair{std::move(urgent->second.front()),
                   std::move(takers_.front())};
    urgent->second.pop_front();
    if (urgent->second.empty())
      works_.erase(urgent);
    takers_.pop_front();
    return pair;
  }

private:
  /// By priority, the most urgent first; none is empty.
  std::map<int, std::deque<Work>, std::greater<>> works_;
  std::deque<Taker> takers_;
};

} // namespace troupe
