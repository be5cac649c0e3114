#include "domain/index/space_index.hpp"

#include "domain/search/mutual_proximity.hpp"

#include <algorithm>
#include <utility>

namespace troupe::index {

using search::candidate;

space_index::space_index(std::size_t dim, const index_policy& policy,
                         const score_kernel& kernel,
                         const neighbour_graph_source* graphs)
  : space_index(std::make_shared<vector_table>(dim), policy, kernel, graphs,
                nullptr) {}

space_index::space_index(std::shared_ptr<vector_table> table,
                         const index_policy& policy, const score_kernel& kernel,
                         const neighbour_graph_source* graphs,
                         std::unique_ptr<neighbour_graph> graph)
  : table_(std::move(table)), policy_(policy), kernel_(&kernel),
    graphs_(graphs), graph_(std::move(graph)) {}

void space_index::add(const result_mark& mark, std::span<const float> vector) {
  const auto before = table_->add(mark, vector);
  if (before && graph_ && *before < graph_->rows())
    graph_->remove(*before);
}

std::size_t space_index::retain(std::span<const result_mark> present) {
  const auto gone = table_->retain(present);
  for (const auto row : gone)
    if (graph_ && row < graph_->rows())
      graph_->remove(row);
  return gone.size();
}

// -- the graph ----------------------------------------------------------------

bool space_index::wants_graph() const noexcept {
  return graphs_ != nullptr && table_->live_rows() > policy_.exact_max;
}

bool space_index::is_worn() const noexcept {
  const auto dead = table_->rows() - table_->live_rows();
  return dead > 0 && dead * 100 >= table_->rows() * policy_.dead_percent_max;
}

bool space_index::has_work() const noexcept {
  const auto linked = graph_ ? graph_->rows() : 0;
  return is_worn() || (wants_graph() && linked < table_->rows());
}

void space_index::rebuild() {
  table_ = std::make_shared<vector_table>(table_->compacted());
  graph_.reset();
  ++rebuilds_;
}

result<void> space_index::work() {
  if (is_worn()) {
    rebuild();
    return {};
  }
  if (!wants_graph())
    return {};
  if (!graph_) {
    auto made = graphs_->make(table_->dim());
    if (!made) {
      graphs_ = nullptr;
      return made.failure();
    }
    graph_ = std::move(made.value());
  }
  const auto end =
    std::min(graph_->rows() + policy_.slice_rows, table_->rows());
  for (auto row = graph_->rows(); row < end; ++row) {
    if (auto added = graph_->add(table_->vector(row)); !added) {
      graph_.reset();
      graphs_ = nullptr;
      return added;
    }
    if (!table_->is_live(row))
      graph_->remove(row);
  }
  return {};
}

// -- questions ----------------------------------------------------------------

std::size_t space_index::wanted(const space_query& query) const noexcept {
  const bool rank_anew = table_->live_rows() >= search::profile_rows_min;
  const auto count =
    rank_anew ? std::max(query.count, policy_.candidates) : query.count;
  // One may be the query's own.
  return count + (query.skip == content_id{} ? 0 : 1);
}

std::optional<std::vector<candidate>>
space_index::from_graph(const scan_query& query) const {
  auto rows = graph_->nearest(query.vector, query.count);
  if (!rows)
    return std::nullopt;
  std::vector<candidate> found;
  for (const auto row : *rows)
    if (table_->is_live(row))
      found.push_back({row, 0.0F, {}});
  // Removed rows may crowd out others: what is short is scanned.
  const auto linked = std::min(graph_->rows(), table_->live_rows());
  if (found.size() < std::min(query.count, linked))
    return std::nullopt;
  return found;
}

std::vector<std::vector<candidate>>
space_index::candidates(std::span<const scan_query> queries) const {
  const auto linked = graph_ ? graph_->rows() : 0;
  // A graph that holds little yet would only add to the scan.
  if (linked < table_->rows() / 2 || linked == 0)
    return exact_scan(*table_, *kernel_, queries);
  constexpr auto rows = vector_table::block_rows;
  const scan_range rest{linked / rows * rows};
  auto found = exact_scan(*table_, *kernel_, queries, rest);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    auto near = from_graph(queries[i]);
    if (!near) {
      found[i] = exact_scan(*table_, *kernel_, queries.subspan(i, 1)).front();
      continue;
    }
    for (const auto& one : *near)
      if (one.row < rest.first_row)
        found[i].push_back(one);
    settle_candidates(*table_, queries[i], found[i]);
  }
  return found;
}

std::vector<near_vector>
space_index::ranked(const space_query& query,
                    std::span<const candidate> candidates) const {
  std::vector<candidate> kept;
  for (const auto& one : candidates)
    if (query.skip == content_id{}
        || table_->mark(one.row).content != query.skip)
      kept.push_back(one);
  std::vector<near_vector> found;
  for (const auto& near : search::ranked(kept, query.vector, table_->sample(),
                                         table_->live_rows(), query.count))
    found.push_back({table_->mark(near.row).content, near.cosine,
                     near.proximity, table_->vector(near.row)});
  return found;
}

std::vector<std::vector<near_vector>>
space_index::nearest(std::span<const space_query> queries) const {
  std::vector<scan_query> open;
  for (const auto& query : queries)
    if (query.among == nullptr)
      open.push_back({query.vector, wanted(query)});
  const auto passed = candidates(open);
  std::vector<std::vector<near_vector>> answers;
  std::size_t next = 0;
  for (const auto& query : queries)
    answers.push_back(
      query.among == nullptr
        ? ranked(query, passed[next++])
        : ranked(query, scan_contents(*table_, {query.vector, wanted(query)},
                                      *query.among)));
  return answers;
}

} // namespace troupe::index
