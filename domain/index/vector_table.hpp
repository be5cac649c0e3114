#pragma once

#include "domain/jobs/job.hpp"
#include "domain/ports/library_reader.hpp"
#include "domain/search/distance.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace troupe::index {

/// The unit vectors of one space in memory: rows in the order of their
/// sequence, in blocks that never move.
///
/// Invariant: of each content at most one row is live.
class vector_table {
public:
  /// Rows of one block; the last one may have fewer.
  static constexpr std::size_t block_rows = 4'096;

  /// @pre `dim > 0`
  explicit vector_table(std::size_t dim) : dim_(dim) {}

  [[nodiscard]] std::size_t dim() const noexcept {
    return dim_;
  }

  /// Rows, dead ones too.
  [[nodiscard]] std::size_t rows() const noexcept {
    return marks_.size();
  }

  [[nodiscard]] std::size_t live_rows() const noexcept {
    return rows_by_content_.size();
  }

  [[nodiscard]] bool is_live(std::size_t row) const noexcept {
    return live_[row];
  }

  [[nodiscard]] const result_mark& mark(std::size_t row) const noexcept {
    return marks_[row];
  }

  [[nodiscard]] std::span<const float> vector(std::size_t row) const noexcept;

  /// Live row of a content.
  [[nodiscard]] std::optional<std::size_t> row_of(content_id content) const;

  [[nodiscard]] std::size_t blocks() const noexcept {
    return blocks_.size();
  }

  /// Vectors of the rows `number * block_rows` and on.
  [[nodiscard]] search::vector_rows block(std::size_t number) const noexcept;

  /// Adds a row; an earlier one of the same content is dead from now on, and
  /// named by the reply.
  /// @pre `vector.size() == dim()`, `mark.seq` is larger than all before
  std::optional<std::size_t> add(const result_mark& mark,
                                 std::span<const float> vector);

  /// Makes dead each live row that is not among `present`; replies them.
  /// @param present by rising `seq`
  std::vector<std::size_t> retain(std::span<const result_mark> present);

  /// The live rows alone, in the same order.
  [[nodiscard]] vector_table compacted() const;

  /// At most `search::profile_samples_max` live rows at equal steps, in one
  /// piece. Kept until the live rows change.
  [[nodiscard]] const search::vector_rows& sample() const;

private:
  std::size_t dim_;
  std::vector<result_mark> marks_;
  std::vector<bool> live_;
  std::unordered_map<content_id, std::size_t> rows_by_content_;
  std::vector<std::unique_ptr<float[]>> blocks_;

  mutable bool sampled_ = false;
  mutable std::vector<float> sample_values_;
  mutable search::vector_rows sample_;
};

} // namespace troupe::index
