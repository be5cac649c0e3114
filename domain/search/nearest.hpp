#pragma once

#include "domain/search/distance.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace troupe::search {

/// One answer to "what is like this?".
struct neighbour {
  std::size_t row = 0;
  /// In [-1, 1].
  double cosine = 0.0;
  /// In [0, 1], larger is nearer; equals (1 + cosine) / 2 in sets too small
  /// for mutual proximity.
  double proximity = 0.0;
};

struct nearest_options {
  /// At most so many answers.
  std::size_t count = 10;
  /// How many of the nearest by cosine are ranked anew by mutual proximity.
  std::size_t candidates = 100;
  /// Rows that are no answer, such as the query's own; empty: every row is.
  std::function<bool(std::size_t row)> skip = {};
};

/// A row that may be an answer.
struct candidate {
  std::size_t row = 0;
  /// Its scalar product with the query.
  float score = 0.0F;
  /// Borrowed.
  std::span<const float> vector;
};

/// The best `count` of some candidates, the nearest first: by mutual proximity
/// when the set that they come from has `profile_rows_min` vectors, else by
/// cosine; equal ones keep their order.
/// @param candidates the nearest first
/// @param sample of that set, see `profile_of`
/// O(candidates * sample * dim).
[[nodiscard]] std::vector<neighbour>
ranked(std::span<const candidate> candidates, std::span<const float> query,
       const vector_rows& sample, std::size_t set_rows, std::size_t count);

/// The rows nearest to `query`, the nearest first: all are compared exactly,
/// the best candidates ranked by mutual proximity, equal ones by their row.
/// @pre unit vectors, `query.size() == all.dim`
/// O(rows * dim + candidates * 256 * dim); allocates one float a row.
[[nodiscard]] std::vector<neighbour> nearest(const vector_rows& all,
                                             std::span<const float> query,
                                             const nearest_options& options);

} // namespace troupe::search
