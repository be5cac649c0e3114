#include "io/index/hnswlib_neighbour_graph.hpp"

#include "domain/search/distance.hpp"

#include <fmt/format.h>
#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <cassert>
#include <exception>
#include <string_view>

namespace troupe::io {

namespace {

constexpr std::size_t first_capacity = 1'024;
/// Any number; the same graph for the same vectors.
constexpr std::size_t level_seed = 100;

/// 1 - the scalar product by our own kernel, which picks its instructions at
/// run time; hnswlib's would be those that it was compiled for.
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
             - search::dot({static_cast<const float*>(a), size},
                           {static_cast<const float*>(b), size});
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
    try {
      graph_->setEf(std::max(options_.search_width, count + count / 2));
      auto nearest = graph_->searchKnn(query.data(), count);
      for (; !nearest.empty(); nearest.pop())
        found.push_back(nearest.top().second);
    } catch (const std::exception& why) {
      return to_error("ask", errc::internal, why);
    }
    std::reverse(found.begin(), found.end());
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
  product_space space_;
  hnswlib_options options_;
  std::unique_ptr<graph> graph_;
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
