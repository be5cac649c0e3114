#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace troupe {

/// When a batch closes.
struct batch_limits {
  /// Items of a batch, at least 1.
  std::size_t items_max = 10;
  /// Time that the first item of a batch waits for others; 0 = none.
  std::int64_t delay_ms = 20;
};

/// Gathers items into batches, one open batch per priority: a batch closes
/// when it is full or its first item has waited long enough. A value: the
/// caller gives the time.
template <class Item>
class batch_former {
public:
  struct batch {
    int priority = 0;
    /// In the order they came; never empty.
    std::vector<Item> items;
  };

  explicit batch_former(batch_limits limits) : limits_(limits) {}

  /// Adds to the open batch of its priority.
  void add(Item item, int priority, std::int64_t now_ms) {
    auto& open = open_[priority];
    if (open.items.empty())
      open.closes_ms = now_ms + limits_.delay_ms;
    open.items.push_back(std::move(item));
  }

  /// The most urgent batch that is full or due; nothing when none is.
  [[nodiscard]] std::optional<batch> take(std::int64_t now_ms) {
    for (auto at = open_.begin(); at != open_.end(); ++at) {
      auto& [priority, open] = *at;
      if (open.items.size() < limits_.items_max && open.closes_ms > now_ms)
        continue;
      batch closed{priority, std::move(open.items)};
      open_.erase(at);
      return closed;
    }
    return std::nullopt;
  }

  /// When the next batch closes if nothing is added; nothing when all is
  /// empty.
  [[nodiscard]] std::optional<std::int64_t> closes_ms() const {
    std::optional<std::int64_t> earliest;
    for (const auto& [priority, open] : open_)
      earliest = std::min(earliest.value_or(open.closes_ms), open.closes_ms);
    return earliest;
  }

  /// Takes the first item that `wanted` names out of its batch.
  template <class Predicate>
  std::optional<Item> remove(Predicate wanted) {
    for (auto at = open_.begin(); at != open_.end(); ++at) {
      auto& items = at->second.items;
      const auto found = std::find_if(items.begin(), items.end(), wanted);
      if (found == items.end())
        continue;
      std::optional<Item> item{std::move(*found)};
      items.erase(found);
      if (items.empty())
        open_.erase(at);
      return item;
    }
    return std::nullopt;
  }

private:
  struct open_batch {
    std::int64_t closes_ms = 0;
    std::vector<Item> items;
  };

  batch_limits limits_;
  /// By priority, the most urgent first; none is empty.
  std::map<int, open_batch, std::greater<>> open_;
};

} // namespace troupe
