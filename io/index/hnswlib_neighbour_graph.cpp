#include "io/index/hnswlib_neighbour_graph.hpp"

#include "domain/audio/lane_kernels.hpp"

#include <fmt/format.h>
#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <string_view>

namespace troupe::io {

namespace {

constexpr std::size_t first_capacity = 1'024;
/// Any number; the same graph for the same vectors.
constexpr std::size_t level_seed = 100;

/// The scalar product with four running sums. The last bits may differ from
/// `search::dot`'s, which has one and waits for it: answers are compared by
/// that one afterwards.
TROUPE_CLONES
float quick_product(const float* a, const float* b, std::size_t size) {
  using audio::lane_count;
  using audio::load_lanes;
  constexpr std::size_t step = 4 * lane_count;
  std::array<audio::lane_floats, 4> sums{};
  std::size_t i = 0;
  for (; i + step <= size; i += step)
    for (std::size_t k = 0; k < 4; ++k)
      sums[k] +=
        load_lanes(a + i + k * lane_count) * load_lanes(b + i + k * lane_count);
  float total = audio::sum_of_lanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
  for (; i < size; ++i)
    total += a[i] * b[i];
  return total;
}

/// 1 - the scalar product by a kernel that picks its instructions at run time;
/// hnswlib's would be those that it was compiled for.
class product_space final : public hnswlib::SpaceInterface<float> {
public:
  explicit product_space(std::size_t dim) : dim_(dim) {}

  size_t get_data_size() override {
    return dim_ * sizeof(float);
  }

  hnswlib::DISTFUNC<float> get_dist_func() override {
    return [](const void* a, const void* b, const void* dim) {
      const auto size = *static_cast<const std::size_t*>(dim);
      return 1.0F
             - quick_product(static_cast<const float*>(a),
                             static_cast<const float*>(b), size);
    };
  }

  void* get_dist_func_param() override {
    return &dim_;
  }

private:
  std::size_t dim_;
};

using graph = hnswlib::HierarchicalNSW<float>;

error to_error(std::string_view verb, errc code, const std::exception& why) {
  return {code, fmt::format("{} the index graph: {}", verb, why.what())};
}

/// Thread affinity: one thread (hnswlib's own locks are for adding from many).
/// Nothing is durable but by `save`.
class hnswlib_neighbour_graph final : public neighbour_graph {
public:
  hnswlib_neighbour_graph(std::size_t dim, const hnswlib_options& options)
    : space_(dim), options_(options),
      graph_(std::make_unique<graph>(&space_, first_capacity, options.links,
                                     options.build_width, level_seed)) {}

  hnswlib_neighbour_graph(std::size_t dim, const hnswlib_options& options,
                          const std::string& file)
    : space_(dim), options_(options),
      graph_(std::make_unique<graph>(&space_, file)) {
    graph_->ef_construction_ = options.build_width;
  }

  [[nodiscard]] std::size_t rows() const noexcept override {
    return graph_->cur_element_count;
  }

  result<void> add(std::span<const float> vector) override {
    try {
      if (rows() == graph_->max_elements_)
        graph_->resizeIndex(2 * std::max(rows(), first_capacity));
      graph_->addPoint(vector.data(), rows());
    } catch (const std::exception& why) {
      return to_error("add to", errc::internal, why);
    }
    return {};
  }

  void remove(std::size_t row) noexcept override {
    try {
      graph_->markDelete(row);
    } catch (const std::exception&) {
      // Removed before: that is what was wanted.
    }
  }

  [[nodiscard]] result<std::vector<std::size_t>>
  nearest(std::span<const float> query, std::size_t count) const override {
    std::vector<std::size_t> found;
    if (rows() == 0 || count == 0)
      return found;
    const auto width = std::max(options_.search_width, count + count / 2);
    auto best = look_around(query, descend(query), width);
    std::sort_heap(best.begin(), best.end());
    for (const auto& one : best)
      if (!graph_->isMarkedDeleted(one.id) && found.size() < count)
        found.push_back(graph_->getExternalLabel(one.id));
    return found;
  }

  result<void> save(const std::string& file) const override {
    try {
      graph_->saveIndex(file);
    } catch (const std::exception& why) {
      return to_error("save", errc::io_failure, why);
    }
    return {};
  }

private:
  using node = hnswlib::tableint;

  /// A vector and how far it is from the query.
  struct step {
    float distance = 0.0F;
    node id = 0;

    friend bool operator<(const step& a, const step& b) {
      return a.distance < b.distance;
    }
  };

  static std::span<const node> links_of(const unsigned* list,
                                        std::size_t count) {
    return {reinterpret_cast<const node*>(list + 1), count};
  }

  [[nodiscard]] float distance(std::span<const float> query, node id) const {
    const auto* vector =
      reinterpret_cast<const float*>(graph_->getDataByInternalId(id));
    return 1.0F - quick_product(query.data(), vector, query.size());
  }

  /// Through the upper layers, always to the nearest neighbour.
  [[nodiscard]] step descend(std::span<const float> query) const {
    step at{0.0F, graph_->enterpoint_node_};
    at.distance = distance(query, at.id);
    for (int layer = graph_->maxlevel_; layer > 0; --layer) {
      for (bool moved = true; moved;) {
        moved = false;
        auto* list = graph_->get_linklist(at.id, layer);
        for (const auto id : links_of(list, graph_->getListCount(list))) {
          const step next{distance(query, id), id};
          moved = moved || next < at;
          at = std::min(at, next);
        }
      }
    }
    return at;
  }

  /// Best-first in the lowest layer (Malkov and Yashunin, "Efficient and robust
  /// approximate nearest neighbor search using HNSW graphs", 2016, algorithm
  /// 2). hnswlib's own search waits for each vector from memory; here all
  /// neighbours of a step are on their way before the first is compared.
  /// @returns a heap, the farthest on top
  [[nodiscard]] std::vector<step> look_around(std::span<const float> query,
                                              step start,
                                              std::size_t width) const {
    seen_.resize(graph_->max_elements_);
    if (++round_ == 0) {
      std::fill(seen_.begin(), seen_.end(), 0U);
      round_ = 1;
    }
    std::vector<step> best{start};
    std::vector<step> open{start};
    seen_[start.id] = round_;
    const auto farther = [](const step& a, const step& b) {
      return b < a;
    };
    while (!open.empty()) {
      std::pop_heap(open.begin(), open.end(), farther);
      const auto at = open.back();
      open.pop_back();
      if (best.size() >= width && best.front() < at)
        break;
      for (const auto id : unseen_neighbours(at.id)) {
        const step next{distance(query, id), id};
        if (best.size() >= width && !(next < best.front()))
          continue;
        open.push_back(next);
        std::push_heap(open.begin(), open.end(), farther);
        best.push_back(next);
        std::push_heap(best.begin(), best.end());
        if (best.size() > width) {
          std::pop_heap(best.begin(), best.end());
          best.pop_back();
        }
      }
    }
    return best;
  }

  /// Marks them as seen, and has their vectors fetched.
  [[nodiscard]] std::span<const node> unseen_neighbours(node id) const {
    auto* list = graph_->get_linklist0(id);
    fresh_.clear();
    for (const auto next : links_of(list, graph_->getListCount(list))) {
      if (seen_[next] == round_)
        continue;
      seen_[next] = round_;
      fresh_.push_back(next);
      constexpr std::size_t line = 64;
      const auto* vector = graph_->getDataByInternalId(next);
      for (std::size_t at = 0; at < graph_->data_size_; at += line)
        __builtin_prefetch(vector + at);
    }
    return fresh_;
  }

  product_space space_;
  hnswlib_options options_;
  std::unique_ptr<graph> graph_;

  /// In which round of `look_around` a vector was met last.
  mutable std::vector<std::uint32_t> seen_;
  mutable std::uint32_t round_ = 0;
  mutable std::vector<node> fresh_;
};

class hnswlib_neighbour_graphs final : public neighbour_graph_source {
public:
  explicit hnswlib_neighbour_graphs(const hnswlib_options& options)
    : options_(options) {}

  [[nodiscard]] result<std::unique_ptr<neighbour_graph>>
  make(std::size_t dim) const override {
    try {
      return std::unique_ptr<neighbour_graph>{
        std::make_unique<hnswlib_neighbour_graph>(dim, options_)};
    } catch (const std::exception& why) {
      return to_error("make", errc::internal, why);
    }
  }

  [[nodiscard]] result<std::unique_ptr<neighbour_graph>>
  load(std::size_t dim, const std::string& file) const override {
    try {
      return std::unique_ptr<neighbour_graph>{
        std::make_unique<hnswlib_neighbour_graph>(dim, options_, file)};
    } catch (const std::exception& why) {
      return to_error("load", errc::corrupt, why);
    }
  }

private:
  hnswlib_options options_;
};

} // namespace

std::unique_ptr<const neighbour_graph_source>
open_hnswlib_neighbour_graphs(const hnswlib_options& options) {
  return std::make_unique<const hnswlib_neighbour_graphs>(options);
}

} // namespace troupe::io
