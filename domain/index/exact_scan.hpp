#pragma once

#include "domain/index/vector_table.hpp"
#include "domain/ports/score_kernel.hpp"
#include "domain/search/nearest.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace troupe::index {

/// One of the queries that are answered by one pass over a table.
struct scan_query {
  /// Borrowed.
  std::span<const float> vector;
  /// At most so many candidates.
  std::size_t count = 10;
};

/// Rows of a pass; the end is cut to the table's rows.
struct scan_range {
  std::size_t first_row = 0;
  std::size_t end_row = static_cast<std::size_t>(-1);
};

/// For each query the live rows of the largest scalar products, the largest
/// first, of equal ones the lower row: exact, but where single precision
/// cannot tell two products apart at the end of the list. The products are
/// `search::dot`'s, whatever the kernel.
/// @pre queries of the table's `dim`; `range.first_row` at the start of a block
/// O(queries * rows * dim); allocates one block of scores for each query.
[[nodiscard]] std::vector<std::vector<search::candidate>>
exact_scan(const vector_table& table, const score_kernel& kernel,
           std::span<const scan_query> queries, const scan_range& range = {});

/// The same among the live rows of some contents, each compared alone.
[[nodiscard]] std::vector<search::candidate>
scan_contents(const vector_table& table, const scan_query& query,
              std::span<const content_id> contents);

/// Puts products of `search::dot` in the place of estimates, then keeps the
/// best `count`.
void settle_candidates(const vector_table& table, const scan_query& query,
                       std::vector<search::candidate>& candidates);

} // namespace troupe::index
