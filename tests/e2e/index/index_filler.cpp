// A process that adds vectors to a library, has a real INDEXER take them in,
// link them and write its files all the while, and says what it does, so that
// a test can kill it in the middle. Usage: index_filler LIBRARY FIRST_NUMBER

#include "tests/e2e/index/index_filler.hpp"

#include "actors/actor_settings.hpp"
#include "actors/indexer.hpp"
#include "io/index/hnswlib_neighbour_graph.hpp"
#include "io/index/openblas_score_kernel.hpp"
#include "io/index/posix_index_cache.hpp"
#include "io/openssl_content_hash.hpp"
#include "tests/fakes/memory_log_sink.hpp"
#include "tests/fakes/vector_library.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>

namespace troupe::testing {

namespace {

/// Says that something is about to happen, and how often it did.
void say(const std::string& what) {
  static std::mutex mutex;
  static std::map<std::string, int> counts;
  const std::lock_guard guard{mutex};
  std::printf("%s %d.\n", what.c_str(), ++counts[what]);
  std::fflush(stdout);
}

class telling_file final : public new_file {
public:
  explicit telling_file(std::unique_ptr<new_file> file)
    : file_(std::move(file)) {}

  result<void> write(std::string_view bytes) override {
    say("writing");
    return file_->write(bytes);
  }

  result<void> finish() override {
    say("naming");
    return file_->finish();
  }

private:
  std::unique_ptr<new_file> file_;
};

class telling_cache final : public index_cache {
public:
  explicit telling_cache(std::unique_ptr<index_cache> cache)
    : cache_(std::move(cache)) {}

  [[nodiscard]] result<std::unique_ptr<cached_file>>
  open(const std::string& name) override {
    return cache_->open(name);
  }

  [[nodiscard]] result<std::unique_ptr<new_file>>
  begin(const std::string& name) override {
    auto file = cache_->begin(name);
    if (!file)
      return file.failure();
    return std::unique_ptr<new_file>{
      std::make_unique<telling_file>(std::move(file.value()))};
  }

  [[nodiscard]] std::string path(const std::string& name) const override {
    return cache_->path(name);
  }

  void remove(const std::string& name) noexcept override {
    cache_->remove(name);
  }

private:
  std::unique_ptr<index_cache> cache_;
};

class telling_graph final : public neighbour_graph {
public:
  explicit telling_graph(std::unique_ptr<neighbour_graph> graph)
    : graph_(std::move(graph)) {}

  [[nodiscard]] std::size_t rows() const noexcept override {
    return graph_->rows();
  }

  result<void> add(std::span<const float> vector) override {
    say("linking");
    return graph_->add(vector);
  }

  void remove(std::size_t row) noexcept override {
    graph_->remove(row);
  }

  [[nodiscard]] result<std::vector<std::size_t>>
  nearest(std::span<const float> query, std::size_t count) const override {
    return graph_->nearest(query, count);
  }

  result<void> save(const std::string& file) const override {
    say("saving");
    return graph_->save(file);
  }

private:
  std::unique_ptr<neighbour_graph> graph_;
};

class telling_graphs final : public neighbour_graph_source {
public:
  [[nodiscard]] result<std::unique_ptr<neighbour_graph>>
  make(std::size_t dim) const override {
    return told(graphs_->make(dim));
  }

  [[nodiscard]] result<std::unique_ptr<neighbour_graph>>
  load(std::size_t dim, const std::string& file) const override {
    return told(graphs_->load(dim, file));
  }

private:
  static result<std::unique_ptr<neighbour_graph>>
  told(result<std::unique_ptr<neighbour_graph>> graph) {
    if (!graph)
      return graph;
    return std::unique_ptr<neighbour_graph>{
      std::make_unique<telling_graph>(std::move(graph.value()))};
  }

  std::unique_ptr<const neighbour_graph_source> graphs_ =
    io::open_hnswlib_neighbour_graphs();
};

/// True when the vector of `number` is found.
bool finds(caf::scoped_actor& self, const indexer_actor& indexer,
           std::int64_t number) {
  bool found = false;
  near_query query{filled_space, filled_vector(number), {}, 1, {}, {}, false};
  self->request(indexer, caf::infinite, near_atom_v, std::move(query))
    .receive(
      [&](const near_answer& x) {
        found = !x.rows.empty() && x.rows.front().cosine > 0.9999;
      },
      [](const caf::error&) {});
  return found;
}

int fill(const std::string& file, std::int64_t first) {
  constexpr auto batch = filled_batch;
  constexpr std::int64_t most = 5'000;
  vector_library library{file};
  const auto kernel = io::open_openblas_score_kernel();
  const telling_graphs graphs;
  telling_cache cache{io::open_posix_index_cache(file + ".index", true)};
  const auto hasher = io::open_openssl_content_hash();
  memory_log_sink log;
  actor_settings settings{2, remoting::off};
  caf::actor_system system{settings};
  caf::scoped_actor self{system};
  indexer_tunables tunables;
  tunables.policy = filler_policy();
  const auto indexer = spawn_indexer(
    system, tunables,
    [&library] {
      return result<std::unique_ptr<library_reader>>{library.reader()};
    },
    {kernel.get(), &graphs, &cache, hasher->get()}, log);
  for (auto number = first; number < first + most; number += batch) {
    std::vector<float> values;
    for (auto i = number; i < number + batch; ++i) {
      const auto one = filled_vector(i);
      values.insert(values.end(), one.begin(), one.end());
    }
    library.add(number, values, filled_dim, filled_space);
    say("acknowledged");
    caf::anon_send(indexer, changed_atom_v, false);
    if (!finds(self, indexer, number + batch - 1))
      return 3;
  }
  self->send_exit(indexer, caf::exit_reason::user_shutdown);
  return 0;
}

} // namespace

} // namespace troupe::testing

int main(int argc, char** argv) {
  if (argc != 3)
    return 2;
  return troupe::testing::fill(argv[1], std::atoll(argv[2]));
}
