#pragma once

#include <cstddef>
#include <span>

namespace troupe::search {

/// Vectors of one space, one a row: `[rows][dim]`, row-major. Borrowed.
struct vector_rows {
  std::span<const float> values;
  /// Elements of one vector; at least 1.
  std::size_t dim = 1;

  /// How many vectors there are.
  [[nodiscard]] std::size_t rows() const noexcept {
    return values.size() / dim;
  }

  /// One vector. @pre `row < rows()`
  [[nodiscard]] std::span<const float> row(std::size_t row) const noexcept {
    return values.subspan(row * dim, dim);
  }
};

/// Scalar product, the cosine of unit vectors.
///
/// Eight running sums, added up in one fixed order: the same bits for the same
/// input on every x86-64, wherever the vectors lie in memory.
/// @pre `a.size() == b.size()`. O(n), no allocation.
[[nodiscard]] float dot(std::span<const float> a,
                        std::span<const float> b) noexcept;

/// `out[i]` = scalar product of row i and `query`.
/// @pre `query.size() == all.dim`, `out.size() == all.rows()`
void dots(const vector_rows& all, std::span<const float> query,
          std::span<float> out) noexcept;

/// Cosine of the angle between two vectors of any length, in [-1, 1]; 0 when
/// one of them is zero. @pre `a.size() == b.size()`
[[nodiscard]] double cosine(std::span<const float> a,
                            std::span<const float> b) noexcept;

/// Euclidean distance of two unit vectors with this cosine, in [0, 2].
[[nodiscard]] double unit_distance(double cosine) noexcept;

} // namespace troupe::search
