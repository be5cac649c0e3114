#pragma once

#include "domain/result.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe {

/// Unit vectors linked to their neighbours: finds most of the nearest without
/// looking at all.
///
/// Thread affinity: one thread. A vector's row is its place in the order of
/// adding, from 0.
class neighbour_graph {
public:
  virtual ~neighbour_graph() = default;

  /// Vectors added, removed ones too.
  [[nodiscard]] virtual std::size_t rows() const noexcept = 0;

  /// Adds one. O(log rows) comparisons. @returns `errc::no_memory`-like
  /// failures as `errc::internal`
  virtual result<void> add(std::span<const float> vector) = 0;

  /// It is no answer any more; its memory stays.
  virtual void remove(std::size_t row) noexcept = 0;

  /// Rows near to `query`, the nearest first, at most `count`; may miss some.
  [[nodiscard]] virtual result<std::vector<std::size_t>>
  nearest(std::span<const float> query, std::size_t count) const = 0;

  /// Writes all of it to a file, which `neighbour_graph_source::load` reads.
  /// Nothing is synced. @returns `errc::io_failure`
  virtual result<void> save(const std::string& file) const = 0;
};

/// Makes graphs. Thread-safe.
class neighbour_graph_source {
public:
  virtual ~neighbour_graph_source() = default;

  /// An empty graph for vectors of `dim` numbers.
  [[nodiscard]] virtual result<std::unique_ptr<neighbour_graph>>
  make(std::size_t dim) const = 0;

  /// A saved graph. The library trusts its file: look at a check sum before.
  /// @returns `errc::io_failure`, `errc::corrupt`
  [[nodiscard]] virtual result<std::unique_ptr<neighbour_graph>>
  load(std::size_t dim, const std::string& file) const = 0;
};

} // namespace troupe
