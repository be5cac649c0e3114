#include "domain/index/exact_scan.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace troupe::index {

namespace {

using search::candidate;

/// More than asked for, since the kernel's last bits are not `search::dot`'s.
constexpr std::size_t spare_candidates = 8;

bool is_better(const candidate& a, const candidate& b) {
  return a.score != b.score ? a.score > b.score : a.row < b.row;
}

/// The best so far: a heap whose top is the worst of them.
class best_rows {
public:
  explicit best_rows(std::size_t count) : count_(count) {}

  void take(std::span<const float> scores, std::size_t first_row,
            const vector_table& table) {
    if (count_ == 0)
      return;
    for (std::size_t i = 0; i < scores.size(); ++i)
      if (scores[i] > least_ && table.is_live(first_row + i))
        push({first_row + i, scores[i], {}});
  }

  std::vector<candidate> rows() && {
    return std::move(heap_);
  }

private:
  void push(candidate one) {
    if (heap_.size() == count_) {
      std::pop_heap(heap_.begin(), heap_.end(), is_better);
      heap_.back() = one;
    } else {
      heap_.push_back(one);
    }
    std::push_heap(heap_.begin(), heap_.end(), is_better);
    if (heap_.size() == count_)
      least_ = heap_.front().score;
  }

  std::size_t count_;
  std::vector<candidate> heap_;
  /// What is not above it is no better; also false for NaN.
  float least_ = -std::numeric_limits<float>::infinity();
};

} // namespace

std::vector<std::vector<candidate>>
exact_scan(const vector_table& table, const score_kernel& kernel,
           std::span<const scan_query> queries, const scan_range& range) {
  assert(range.first_row % vector_table::block_rows == 0);
  std::vector<float> asked;
  std::vector<best_rows> best;
  for (const auto& query : queries) {
    asked.insert(asked.end(), query.vector.begin(), query.vector.end());
    best.emplace_back(query.count == 0 ? 0 : query.count + spare_candidates);
  }
  const search::vector_rows asked_rows{asked, table.dim()};
  const auto end = std::min(range.end_row, table.rows());
  std::vector<float> scores;
  for (auto first = range.first_row; first < end;
       first += vector_table::block_rows) {
    auto rows = table.block(first / vector_table::block_rows);
    const auto count = std::min(rows.rows(), end - first);
    rows.values = rows.values.first(count * table.dim());
    scores.resize(queries.size() * count);
    kernel.score(rows, asked_rows, scores);
    for (std::size_t i = 0; i < queries.size(); ++i)
      best[i].take(std::span{scores}.subspan(i * count, count), first, table);
  }
  std::vector<std::vector<candidate>> found;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    found.push_back(std::move(best[i]).rows());
    settle_candidates(table, queries[i], found.back());
  }
  return found;
}

std::vector<candidate> scan_contents(const vector_table& table,
                                     const scan_query& query,
                                     std::span<const content_id> contents) {
  std::vector<candidate> found;
  for (const auto content : contents)
    if (const auto row = table.row_of(content))
      found.push_back({*row, 0.0F, {}});
  settle_candidates(table, query, found);
  return found;
}

void settle_candidates(const vector_table& table, const scan_query& query,
                       std::vector<candidate>& candidates) {
  for (auto& one : candidates) {
    one.vector = table.vector(one.row);
    one.score = search::dot(one.vector, query.vector);
  }
  const auto kept = std::min(query.count, candidates.size());
  std::partial_sort(candidates.begin(),
                    candidates.begin() + static_cast<std::ptrdiff_t>(kept),
                    candidates.end(), is_better);
  candidates.resize(kept);
}

} // namespace troupe::index
