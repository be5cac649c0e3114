#pragma once

#include "domain/index/exact_scan.hpp"
#include "domain/index/vector_table.hpp"
#include "domain/ports/neighbour_graph.hpp"
#include "domain/ports/score_kernel.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace troupe::index {

/// When an index does what.
struct index_policy {
  /// Spaces of at most so many vectors are scanned; larger ones have a graph.
  std::size_t exact_max = 200'000;
  /// Nearest by cosine that are ranked anew by mutual proximity.
  std::size_t candidates = 100;
  /// Rows whose links are made by one slice of work: some 10 ms.
  std::size_t slice_rows = 64;
  /// Dead rows of a hundred at which all is built anew.
  std::size_t dead_percent_max = 20;
};

/// A question to one space.
struct space_query {
  /// Unit vector. Borrowed.
  std::span<const float> vector;
  std::size_t count = 10;
  /// Whose vector is no answer, such as the query's own.
  content_id skip{};
  /// Only these contents, by id; nothing: all of them. Borrowed.
  const std::vector<content_id>* among = nullptr;
};

/// An answer; `vector` is valid until the index changes.
struct near_vector {
  content_id content{};
  /// In [-1, 1].
  double cosine = 0.0;
  /// In [0, 1], by which the answers are ordered; see `search::neighbour`.
  double proximity = 0.0;
  std::span<const float> vector;
};

/// Finds neighbours in one space: by a scan, in large spaces by a graph and a
/// scan of what the graph does not hold yet. A question about some contents
/// only is answered exactly.
///
/// Thread affinity: one thread.
class space_index {
public:
  /// @param kernel borrowed
  /// @param graphs borrowed; null: never a graph
  space_index(std::size_t dim, const index_policy& policy,
              const score_kernel& kernel, const neighbour_graph_source* graphs);

  /// Takes over a table and a graph of its first rows, if there is one.
  space_index(std::shared_ptr<vector_table> table, const index_policy& policy,
              const score_kernel& kernel, const neighbour_graph_source* graphs,
              std::unique_ptr<neighbour_graph> graph);

  [[nodiscard]] const vector_table& table() const noexcept {
    return *table_;
  }

  /// The table for a reader that outlives a rebuild. Rows may be added to it.
  [[nodiscard]] std::shared_ptr<const vector_table> shared_table() const {
    return table_;
  }

  /// Null when there is none.
  [[nodiscard]] const neighbour_graph* graph() const noexcept {
    return graph_.get();
  }

  /// Times that all was built anew because of dead rows.
  [[nodiscard]] std::size_t rebuilds() const noexcept {
    return rebuilds_;
  }

  /// @pre as `vector_table::add`
  void add(const result_mark& mark, std::span<const float> vector);

  /// Drops what is not among `present` (by rising `seq`); how many went.
  std::size_t retain(std::span<const result_mark> present);

  /// True while the graph lacks rows, or is to be built anew.
  [[nodiscard]] bool has_work() const noexcept;

  /// One slice of that work. A failure costs speed, not answers: the graph is
  /// given up, and every question scanned.
  result<void> work();

  /// Answers all of the questions, the nearest first; those about all contents
  /// by one pass. @pre vectors of this `dim`
  [[nodiscard]] std::vector<std::vector<near_vector>>
  nearest(std::span<const space_query> queries) const;

private:
  [[nodiscard]] std::vector<std::vector<search::candidate>>
  candidates(std::span<const scan_query> queries) const;
  [[nodiscard]] std::optional<std::vector<search::candidate>>
  from_graph(const scan_query& query) const;
  [[nodiscard]] std::vector<near_vector>
  ranked(const space_query& query,
         std::span<const search::candidate> candidates) const;
  [[nodiscard]] std::size_t wanted(const space_query& query) const noexcept;
  [[nodiscard]] bool wants_graph() const noexcept;
  [[nodiscard]] bool is_worn() const noexcept;
  void rebuild();

  std::shared_ptr<vector_table> table_;
  index_policy policy_;
  const score_kernel* kernel_;
  const neighbour_graph_source* graphs_;
  std::unique_ptr<neighbour_graph> graph_;
  std::size_t rebuilds_ = 0;
};

} // namespace troupe::index
