#include "domain/index/space_index.hpp"
#include "io/index/hnswlib_neighbour_graph.hpp"
#include "io/index/openblas_score_kernel.hpp"
#include "tests/domain/search/random_rows.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace troupe::index {

namespace {

using troupe::testing::random_rows;

constexpr std::size_t dim = 24;

/// The row's number from 1 on, both as sequence and as content.
result_mark mark_of(std::size_t row) {
  const auto number = static_cast<std::int64_t>(row + 1);
  return {number, content_id{number}};
}

class space_index_test : public ::testing::Test {
protected:
  space_index make(const index_policy& policy, std::size_t rows,
                   bool with_graph = false) {
    values = random_rows(rows, dim, 7);
    space_index made{dim, policy, *kernel, with_graph ? graphs.get() : nullptr};
    for (std::size_t row = 0; row < rows; ++row)
      made.add(mark_of(row), vector(row));
    return made;
  }

  [[nodiscard]] std::span<const float> vector(std::size_t row) const {
    return std::span{values}.subspan(row * dim, dim);
  }

  static std::vector<content_id>
  contents_of(const std::vector<near_vector>& found) {
    std::vector<content_id> contents;
    for (const auto& one : found)
      contents.push_back(one.content);
    return contents;
  }

  static std::vector<near_vector> ask(const space_index& index,
                                      const space_query& query) {
    return index.nearest({&query, 1}).front();
  }

  static void finish(space_index& index) {
    while (index.has_work())
      ASSERT_TRUE(index.work());
  }

  std::unique_ptr<const score_kernel> kernel = io::open_openblas_score_kernel();
  std::unique_ptr<const neighbour_graph_source> graphs =
    io::open_hnswlib_neighbour_graphs();
  std::vector<float> values;
};

TEST_F(space_index_test, answers_like_a_plain_scan_across_blocks) {
  // Two whole blocks and a part of a third.
  const auto rows = 2 * vector_table::block_rows + 100;
  const auto index = make({}, rows);
  const auto queries = random_rows(20, dim, 8);
  for (std::size_t i = 0; i < 20; ++i) {
    const auto query = std::span{queries}.subspan(i * dim, dim);
    search::nearest_options options;
    const auto expected = search::nearest({values, dim}, query, options);
    const auto found = ask(index, {query});
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t k = 0; k < found.size(); ++k) {
      EXPECT_EQ(found[k].content, mark_of(expected[k].row).content);
      EXPECT_EQ(found[k].cosine, expected[k].cosine);
      EXPECT_EQ(found[k].proximity, expected[k].proximity);
    }
  }
}

TEST_F(space_index_test, answers_many_questions_as_if_each_came_alone) {
  const auto index = make({}, 5'000);
  const auto asked = random_rows(33, dim, 9);
  std::vector<space_query> queries;
  for (std::size_t i = 0; i < 33; ++i)
    queries.push_back({std::span{asked}.subspan(i * dim, dim), 5});
  const auto together = index.nearest(queries);
  for (std::size_t i = 0; i < 33; ++i) {
    const auto alone = ask(index, queries[i]);
    EXPECT_EQ(contents_of(together[i]), contents_of(alone));
    EXPECT_EQ(together[i].front().cosine, alone.front().cosine);
  }
}

TEST_F(space_index_test, leaves_out_the_query_itself_and_what_was_dropped) {
  auto index = make({}, 500);
  const auto first = ask(index, {vector(3), 1});
  EXPECT_EQ(first.front().content, mark_of(3).content);
  const auto second = ask(index, {vector(3), 1, mark_of(3).content}).front();
  EXPECT_NE(second.content, mark_of(3).content);
  std::vector<result_mark> present;
  for (std::size_t row = 0; row < 500; ++row)
    if (mark_of(row).content != second.content)
      present.push_back(mark_of(row));
  EXPECT_EQ(index.retain(present), 1U);
  EXPECT_NE(ask(index, {vector(3), 1, mark_of(3).content}).front().content,
            second.content);
}

TEST_F(space_index_test, keeps_one_vector_of_a_content) {
  auto index = make({}, 50);
  const auto anew = random_rows(1, dim, 11);
  index.add({51, mark_of(4).content}, anew);
  EXPECT_EQ(index.table().live_rows(), 50U);
  EXPECT_EQ(ask(index, {anew, 1}).front().content, mark_of(4).content);
  const auto found = contents_of(ask(index, {vector(4), 50}));
  EXPECT_EQ(std::set(found.begin(), found.end()).size(), 50U);
}

TEST_F(space_index_test, compares_only_the_contents_it_is_told) {
  const auto index = make({}, 3'000);
  std::vector<content_id> among;
  for (std::size_t row = 5; row < 3'000; row += 500)
    among.push_back(mark_of(row).content);
  const auto found = ask(index, {vector(0), 100, {}, &among});
  EXPECT_EQ(found.size(), 6U);
  auto contents = contents_of(found);
  std::sort(contents.begin(), contents.end());
  EXPECT_EQ(contents, among);
}

TEST_F(space_index_test, builds_anew_when_a_fifth_is_dead) {
  auto index = make({}, 100);
  std::vector<result_mark> present;
  for (std::size_t row = 0; row < 100; ++row)
    if (row >= 19)
      present.push_back(mark_of(row));
  index.retain(present);
  EXPECT_FALSE(index.has_work());
  present.erase(present.begin());
  index.retain(present);
  EXPECT_TRUE(index.has_work());
  finish(index);
  EXPECT_EQ(index.rebuilds(), 1U);
  EXPECT_EQ(index.table().rows(), 80U);
  EXPECT_EQ(ask(index, {vector(50), 1}).front().content, mark_of(50).content);
}

TEST_F(space_index_test, links_large_spaces_and_finds_what_a_scan_finds) {
  index_policy policy;
  policy.exact_max = 1'000;
  auto index = make(policy, 6'000, true);
  auto plain = make({}, 6'000);
  EXPECT_TRUE(index.has_work());
  finish(index);
  ASSERT_NE(index.graph(), nullptr);
  EXPECT_EQ(index.graph()->rows(), 6'000U);
  // Rows that are not linked yet are scanned.
  const auto late = random_rows(10, dim, 12);
  for (std::size_t i = 0; i < 10; ++i) {
    const auto row = std::span{late}.subspan(i * dim, dim);
    index.add(mark_of(6'000 + i), row);
    plain.add(mark_of(6'000 + i), row);
    EXPECT_EQ(ask(index, {row, 1}).front().content, mark_of(6'000 + i).content);
  }
  const auto asked = random_rows(100, dim, 13);
  std::size_t met = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    const space_query query{std::span{asked}.subspan(i * dim, dim), 10};
    const auto expected = contents_of(ask(plain, query));
    for (const auto one : contents_of(ask(index, query)))
      met += static_cast<std::size_t>(std::ranges::count(expected, one));
  }
  // 1,000 neighbours; 0.99 of them is the bar for graphs.
  EXPECT_GE(met, 990U);
}

TEST_F(space_index_test, never_answers_less_than_there_is) {
  index_policy policy;
  policy.exact_max = 100;
  policy.dead_percent_max = 100;
  auto index = make(policy, 1'000, true);
  finish(index);
  // The nearest 200 of the query are gone: a graph alone would find few.
  const auto near = ask(index, {vector(0), 200});
  std::set<content_id> gone;
  for (const auto& one : near)
    gone.insert(one.content);
  std::vector<result_mark> present;
  for (std::size_t row = 0; row < 1'000; ++row)
    if (!gone.contains(mark_of(row).content))
      present.push_back(mark_of(row));
  index.retain(present);
  EXPECT_EQ(ask(index, {vector(0), 300}).size(), 300U);
}

TEST_F(space_index_test, reads_a_saved_graph_back) {
  const fakes::scratch_folder folder;
  index_policy policy;
  policy.exact_max = 100;
  auto index = make(policy, 2'000, true);
  finish(index);
  ASSERT_TRUE(index.graph()->save(folder.at("graph")));
  auto graph = graphs->load(dim, folder.at("graph"));
  ASSERT_TRUE(graph) << graph.failure().detail;
  EXPECT_EQ((*graph)->rows(), 2'000U);
  EXPECT_EQ(*(*graph)->nearest(vector(9), 10),
            *index.graph()->nearest(vector(9), 10));
  ASSERT_TRUE((*graph)->add(vector(5)));
  const auto torn = folder.write("torn", "no graph");
  EXPECT_EQ(graphs->load(dim, torn).failure().code, errc::corrupt);
}

} // namespace

} // namespace troupe::index
