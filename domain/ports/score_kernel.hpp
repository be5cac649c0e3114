#pragma once

#include "domain/search/distance.hpp"

#include <span>

namespace troupe {

/// Scalar products of many vectors with several queries at once, as fast as
/// the memory delivers the vectors.
///
/// Thread-safe; runs on the caller's thread alone. Sums in an order of its
/// own: the last bits may differ from `search::dot`, and with the number of
/// queries.
class score_kernel {
public:
  virtual ~score_kernel() = default;

  /// `out[query][row]`, row-major.
  /// @pre both of one `dim`, `out.size() == queries.rows() * rows.rows()`
  virtual void score(const search::vector_rows& rows,
                     const search::vector_rows& queries,
                     std::span<float> out) const noexcept = 0;
};

} // namespace troupe
