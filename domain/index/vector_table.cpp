#include "domain/index/vector_table.hpp"

#include "domain/search/mutual_proximity.hpp"

#include <algorithm>
#include <cassert>

namespace troupe::index {

std::span<const float> vector_table::vector(std::size_t row) const noexcept {
  assert(row < rows());
  return {blocks_[row / block_rows].get() + row % block_rows * dim_, dim_};
}

std::optional<std::size_t> vector_table::row_of(content_id content) const {
  const auto found = rows_by_content_.find(content);
  if (found == rows_by_content_.end())
    return std::nullopt;
  return found->second;
}

search::vector_rows vector_table::block(std::size_t number) const noexcept {
  const auto count = std::min(block_rows, rows() - number * block_rows);
  return {{blocks_[number].get(), count * dim_}, dim_};
}

std::optional<std::size_t> vector_table::add(const result_mark& mark,
                                             std::span<const float> vector) {
  assert(vector.size() == dim_);
  assert(marks_.empty() || mark.seq > marks_.back().seq);
  const auto row = rows();
  if (row % block_rows == 0)
    blocks_.push_back(
      std::make_unique_for_overwrite<float[]>(block_rows * dim_));
  std::copy(vector.begin(), vector.end(),
            blocks_.back().get() + row % block_rows * dim_);
  marks_.push_back(mark);
  live_.push_back(true);
  sampled_ = false;
  const auto [known, is_new] = rows_by_content_.try_emplace(mark.content, row);
  if (is_new)
    return std::nullopt;
  const auto before = std::exchange(known->second, row);
  live_[before] = false;
  return before;
}

std::vector<std::size_t>
vector_table::retain(std::span<const result_mark> present) {
  std::vector<std::size_t> gone;
  auto at = present.begin();
  for (std::size_t row = 0; row < rows(); ++row) {
    if (!live_[row])
      continue;
    at = std::find_if(at, present.end(), [&](const result_mark& x) {
      return x.seq >= marks_[row].seq;
    });
    if (at != present.end() && *at == marks_[row])
      continue;
    live_[row] = false;
    rows_by_content_.erase(marks_[row].content);
    gone.push_back(row);
  }
  if (!gone.empty())
    sampled_ = false;
  return gone;
}

vector_table vector_table::compacted() const {
  vector_table made{dim_};
  for (std::size_t row = 0; row < rows(); ++row)
    if (live_[row])
      made.add(marks_[row], vector(row));
  return made;
}

const search::vector_rows& vector_table::sample() const {
  if (sampled_)
    return sample_;
  const auto count = std::min(live_rows(), search::profile_samples_max);
  sample_values_.clear();
  std::size_t met = 0;
  std::size_t taken = 0;
  // The steps of `search::profile_of` over the live rows.
  for (std::size_t row = 0; row < rows() && taken < count; ++row) {
    if (!live_[row])
      continue;
    if (met == taken * live_rows() / count) {
      const auto values = vector(row);
      sample_values_.insert(sample_values_.end(), values.begin(), values.end());
      ++taken;
    }
    ++met;
  }
  sample_ = {sample_values_, dim_};
  sampled_ = true;
  return sample_;
}

} // namespace troupe::index
