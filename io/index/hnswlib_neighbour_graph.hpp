#pragma once

#include "domain/ports/neighbour_graph.hpp"

#include <cstddef>
#include <memory>

namespace troupe::io {

/// How graphs are made; the defaults gave recall@10 above 0.99.
struct hnswlib_options {
  /// Links of a vector, in [2, 100].
  std::size_t links = 16;
  /// Candidates looked at while a vector is linked.
  std::size_t build_width = 100;
  /// Candidates looked at for an answer, at least; raised to the count asked.
  std::size_t search_width = 32;
};

[[nodiscard]] std::unique_ptr<const neighbour_graph_source>
open_hnswlib_neighbour_graphs(const hnswlib_options& options = {});

} // namespace troupe::io
