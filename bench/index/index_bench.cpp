// Neighbours in memory, release build only:
//   read     all of 100,000 x 128 floats (51 MB) read once, by eight floats and
//            four sums at a time: the memory's read bandwidth
//   scan     the exact top 10 of one query among them; `of_read` is its
//            bandwidth over that of `read`, whose passes alternate with it
//   merged   32 queries in one pass, per query
//   graph    HNSW over 100,000 vectors of 1,000 clusters: build, and recall@10
//            and time of 1,000 queries that are not among them
// CPU time of the thread, medians. Inputs are generated from seeds.

#include "bench/index/clustered_rows.hpp"
#include "domain/audio/lane_kernels.hpp"
#include "domain/index/exact_scan.hpp"
#include "io/index/hnswlib_neighbour_graph.hpp"
#include "io/index/openblas_score_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <vector>

namespace troupe::benches {

namespace {

constexpr std::size_t rows = 100'000;
constexpr std::size_t dim = 128;
constexpr std::size_t top = 10;

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3
         + static_cast<double>(now.tv_nsec) * 1e-6;
}

double timed_ms(const std::function<void()>& work) {
  const double start = cpu_ms();
  work();
  return cpu_ms() - start;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

TROUPE_CLONES
float read_all(const float* from, std::size_t count) {
  constexpr std::size_t step = 4 * audio::lane_count;
  std::array<audio::lane_floats, 4> sums{};
  for (std::size_t i = 0; i + step <= count; i += step)
    for (std::size_t k = 0; k < 4; ++k)
      sums[k] += audio::load_lanes(from + i + k * audio::lane_count);
  return audio::sum_of_lanes(sums[0] + sums[1] + sums[2] + sums[3]);
}

index::vector_table table_of(const std::vector<float>& values) {
  index::vector_table table{dim};
  for (std::size_t row = 0; row < values.size() / dim; ++row) {
    const auto number = static_cast<std::int64_t>(row + 1);
    table.add({number, content_id{number}},
              std::span{values}.subspan(row * dim, dim));
  }
  return table;
}

void bench_scan(const index::vector_table& table,
                const std::vector<float>& values,
                const std::vector<float>& asked) {
  const auto kernel = io::open_openblas_score_kernel();
  constexpr int passes = 41;
  std::vector<double> read_ms;
  std::vector<double> scan_ms;
  volatile float kept = 0;
  for (int i = 0; i < passes; ++i) {
    read_ms.push_back(
      timed_ms([&] { kept = read_all(values.data(), values.size()); }));
    const auto query =
      std::span{asked}.subspan(static_cast<std::size_t>(i) * dim, dim);
    const index::scan_query one{query, top};
    scan_ms.push_back(timed_ms([&] {
      kept = exact_scan(table, *kernel, {&one, 1}).front().front().score;
    }));
  }
  constexpr double mega_bytes = rows * dim * sizeof(float) * 1e-6;
  const double read = median(read_ms);
  const double scan = median(scan_ms);
  fmt::print("read    {:6.2f} ms  {:5.1f} GB/s\n", read, mega_bytes / read);
  fmt::print("scan    {:6.2f} ms  {:5.1f} GB/s  of_read {:.2f}  (bar 0.70)\n",
             scan, mega_bytes / scan, read / scan);
  std::vector<index::scan_query> many;
  for (std::size_t i = 0; i < 32; ++i)
    many.push_back({std::span{asked}.subspan(i * dim, dim), top});
  std::vector<double> merged_ms;
  for (int i = 0; i < 11; ++i)
    merged_ms.push_back(timed_ms(
      [&] { kept = exact_scan(table, *kernel, many).front().front().score; }));
  fmt::print("merged  {:6.2f} ms a query, 32 together: {:.2f} of a scan\n",
             median(merged_ms) / 32.0, median(merged_ms) / 32.0 / scan);
}

void bench_graph(const index::vector_table& table,
                 const std::vector<float>& asked) {
  const auto kernel = io::open_openblas_score_kernel();
  auto graph = io::open_hnswlib_neighbour_graphs()->make(dim);
  if (!graph)
    std::abort();
  const double build = timed_ms([&] {
    for (std::size_t row = 0; row < rows; ++row)
      if (!(*graph)->add(table.vector(row)))
        std::abort();
  });
  constexpr std::size_t queries = 1'000;
  std::vector<std::vector<search::candidate>> exact;
  for (std::size_t i = 0; i < queries; ++i) {
    const index::scan_query one{std::span{asked}.subspan(i * dim, dim), top};
    exact.push_back(exact_scan(table, *kernel, {&one, 1}).front());
  }
  // One after the other: a scan between them would empty the caches.
  std::size_t met = 0;
  std::vector<double> query_ms;
  for (std::size_t i = 0; i < queries; ++i) {
    const auto query = std::span{asked}.subspan(i * dim, dim);
    std::vector<std::size_t> found;
    query_ms.push_back(timed_ms(
      [&] { found = std::move((*graph)->nearest(query, top).value()); }));
    for (const auto& right : exact[i])
      met += static_cast<std::size_t>(std::ranges::count(found, right.row));
  }
  fmt::print("graph   {:6.0f} vectors/s built\n", rows / build * 1e3);
  fmt::print("graph   recall@10 {:.4f} (bar 0.99), {:.3f} ms a query (bar "
             "0.200)\n",
             static_cast<double>(met) / (queries * top), median(query_ms));
}

} // namespace

} // namespace troupe::benches

int main() {
  using namespace troupe::benches;
  const auto values = clustered_rows(rows + 1'000, dim, 1'000, 1);
  // The last thousand ask: of the same clusters, but not in the table.
  const std::vector<float> stored{values.begin(), values.begin() + rows * dim};
  const std::vector<float> asked{values.begin() + rows * dim, values.end()};
  const auto table = table_of(stored);
  bench_scan(table, stored, asked);
  bench_graph(table, asked);
}
