#include "domain/index/library_index.hpp"
#include "io/index/hnswlib_neighbour_graph.hpp"
#include "io/index/openblas_score_kernel.hpp"
#include "io/index/posix_index_cache.hpp"
#include "io/openssl_content_hash.hpp"
#include "tests/domain/search/random_rows.hpp"
#include "tests/fakes/scratch_folder.hpp"
#include "tests/fakes/vector_library.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace troupe::index {

namespace {

namespace fs = std::filesystem;
using troupe::testing::random_rows;
using troupe::testing::vector_library;

constexpr std::size_t dim = 16;

/// A real library and its index, with the file cache beside it.
class library_index_test : public ::testing::Test {
protected:
  library_index_test()
    : library(std::make_unique<vector_library>(folder.at("library.db"))) {}

  void add(std::int64_t first, std::size_t count,
           const std::string& space = "space-1",
           media_kind kind = media_kind::audio) {
    const auto made = random_rows(count, dim, static_cast<unsigned>(first));
    library->add(first, made, dim, space, kind);
    for (std::size_t i = 0; i < count; ++i)
      vectors[first + static_cast<std::int64_t>(i)].assign(
        made.begin() + static_cast<std::ptrdiff_t>(i * dim),
        made.begin() + static_cast<std::ptrdiff_t>((i + 1) * dim));
  }

  library_index open() {
    return {library->reader(),
            {kernel.get(), graphs.get(), cache.get(), hasher.get()},
            policy};
  }

  static result<near_answer> ask(library_index& index, near_query query) {
    return index.nearest({&query, 1}).front();
  }

  near_query like(std::int64_t number, std::uint32_t count = 1) {
    return {"space-1", vectors[number], {}, count, {}, {}, false};
  }

  /// The numbers by which the answers were added.
  std::vector<std::int64_t> numbers(const result<near_answer>& answer) {
    EXPECT_TRUE(answer) << answer.failure().detail;
    std::vector<std::int64_t> found;
    const auto reading = library->reader();
    for (const auto& row : answer->rows)
      found.push_back(vector_library::number_in(
        reading->entries_of(row.content)->front().hash));
    return found;
  }

  static void save(library_index& index) {
    index.save_soon();
    while (index.has_work())
      ASSERT_TRUE(index.work());
  }

  [[nodiscard]] fs::path file_of_space() const {
    return folder.at("index/" + index_name("space-1"));
  }

  static std::string bytes_of(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream{file, std::ios::binary}.rdbuf();
    return text.str();
  }

  static void write(const fs::path& file, const std::string& bytes) {
    std::ofstream{file, std::ios::binary} << bytes;
  }

  fakes::scratch_folder folder;
  std::unique_ptr<vector_library> library;
  std::map<std::int64_t, std::vector<float>> vectors;
  std::unique_ptr<const score_kernel> kernel = io::open_openblas_score_kernel();
  std::unique_ptr<const neighbour_graph_source> graphs =
    io::open_hnswlib_neighbour_graphs();
  std::unique_ptr<index_cache> cache =
    io::open_posix_index_cache(folder.at("index"), true);
  std::unique_ptr<content_hasher> hasher =
    std::move(io::open_openssl_content_hash().value());
  library_index_policy policy;
};

TEST_F(library_index_test, finds_what_was_committed_a_moment_ago) {
  add(1, 100);
  auto index = open();
  EXPECT_EQ(numbers(ask(index, like(40))), std::vector<std::int64_t>{40});
  add(101, 100);
  EXPECT_EQ(numbers(ask(index, like(150))), std::vector<std::int64_t>{150});
}

TEST_F(library_index_test, never_mixes_spaces) {
  add(1, 50);
  add(51, 50, "space-2", media_kind::image);
  auto index = open();
  auto query = like(60, 100);
  const auto found = numbers(ask(index, query));
  EXPECT_EQ(found.size(), 50U);
  for (const auto number : found)
    EXPECT_LE(number, 50);
  query.space = "space-2";
  EXPECT_EQ(numbers(ask(index, query)).front(), 60);
  query.space = "space-3";
  EXPECT_TRUE(ask(index, query)->rows.empty());
  query.space = "space-1";
  query.vector.pop_back();
  EXPECT_EQ(ask(index, query).failure().code, errc::invalid_argument);
}

TEST_F(library_index_test, answers_questions_to_several_spaces_in_their_order) {
  add(1, 50);
  add(51, 50, "space-2", media_kind::image);
  auto index = open();
  std::vector<near_query> queries{like(7), like(60), like(8)};
  queries[1].space = "space-2";
  const auto answers = index.nearest(queries);
  EXPECT_EQ(numbers(answers[0]), std::vector<std::int64_t>{7});
  EXPECT_EQ(numbers(answers[1]), std::vector<std::int64_t>{60});
  EXPECT_EQ(numbers(answers[2]), std::vector<std::int64_t>{8});
}

TEST_F(library_index_test, forgets_when_it_is_told_to_look) {
  add(1, 100);
  auto index = open();
  EXPECT_EQ(numbers(ask(index, like(40))).front(), 40);
  library->forget(40);
  index.note_change(true);
  const auto answer = ask(index, like(40));
  EXPECT_NE(numbers(answer).front(), 40);
  EXPECT_EQ(answer->vectors, 99U);
}

TEST_F(library_index_test,
       passes_over_files_that_are_gone_without_answering_less) {
  add(1, 100);
  for (std::int64_t number = 1; number <= 60; ++number)
    library->lose(number);
  auto index = open();
  const auto found = numbers(ask(index, like(40, 30)));
  EXPECT_EQ(found.size(), 30U);
  for (const auto number : found)
    EXPECT_GT(number, 60);
}

TEST_F(library_index_test, looks_only_where_the_filter_says) {
  add(1, 400);
  auto index = open();
  auto query = like(10, 1'000);
  query.filter.under = "/m/2";
  const auto found = numbers(ask(index, query));
  // 200 to 299 are in that folder.
  EXPECT_EQ(found.size(), 100U);
  for (const auto number : found)
    EXPECT_EQ(number / 100, 2);
  query.filter = {{}, "no such tag"};
  EXPECT_TRUE(ask(index, query)->rows.empty());
}

TEST_F(library_index_test, starts_from_its_file_and_takes_in_the_rest) {
  add(1, 100);
  {
    auto index = open();
    numbers(ask(index, like(1)));
    save(index);
  }
  add(101, 50);
  library->forget(40);
  auto index = open();
  for (const std::int64_t number : {1, 100, 101, 150})
    EXPECT_EQ(numbers(ask(index, like(number))).front(), number);
  EXPECT_NE(numbers(ask(index, like(40))).front(), 40);
  const auto spaces = index.spaces();
  ASSERT_EQ(spaces.size(), 1U);
  EXPECT_EQ(spaces[0].from_cache, 99U);
  EXPECT_EQ(spaces[0].vectors, 149U);
}

TEST_F(library_index_test, saves_by_itself_after_enough_changes) {
  policy.save_after = 60;
  add(1, 50);
  auto index = open();
  numbers(ask(index, like(1)));
  EXPECT_FALSE(index.has_work());
  add(51, 50);
  numbers(ask(index, like(51)));
  EXPECT_TRUE(index.has_work());
  while (index.has_work())
    ASSERT_TRUE(index.work());
  EXPECT_TRUE(fs::exists(file_of_space()));
}

TEST_F(library_index_test,
       rebuilds_from_the_library_whatever_happened_to_its_file) {
  add(1, 60);
  auto index = open();
  numbers(ask(index, like(1)));
  save(index);
  const auto good = bytes_of(file_of_space());
  const auto must_be_found = [&](std::size_t from_cache) {
    auto again = open();
    EXPECT_EQ(numbers(ask(again, like(33))).front(), 33);
    EXPECT_EQ(again.spaces().at(0).from_cache, from_cache);
    EXPECT_EQ(again.spaces().at(0).vectors, 60U);
  };
  must_be_found(60);
  // Cut and flipped at some 40 places, in each part of the file.
  for (std::size_t at = 0; at < good.size(); at += good.size() / 40) {
    write(file_of_space(), good.substr(0, at));
    must_be_found(0);
    auto bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    write(file_of_space(), bad);
    must_be_found(0);
  }
  write(file_of_space(), good + "x");
  must_be_found(0);
  write(file_of_space(), good);
  must_be_found(60);
}

TEST_F(library_index_test, does_not_believe_a_file_of_another_library) {
  add(1, 60);
  {
    auto index = open();
    numbers(ask(index, like(1)));
    save(index);
  }
  library.reset();
  for (const auto* suffix : {"", "-wal", "-shm"})
    fs::remove(folder.at("library.db") + suffix);
  library = std::make_unique<vector_library>(folder.at("library.db"));
  add(1'001, 60);
  auto index = open();
  EXPECT_EQ(numbers(ask(index, like(1'010))).front(), 1'010);
  EXPECT_EQ(index.spaces().at(0).from_cache, 0U);
}

TEST_F(library_index_test, notices_a_library_put_back_from_a_backup) {
  add(1, 60);
  ASSERT_TRUE(library->store().backup(folder.at("backup.db")));
  add(61, 60);
  {
    auto index = open();
    numbers(ask(index, like(1)));
    save(index);
  }
  library.reset();
  for (const auto* suffix : {"", "-wal", "-shm"})
    fs::remove(folder.at("library.db") + suffix);
  fs::rename(folder.at("backup.db"), folder.at("library.db"));
  library = std::make_unique<vector_library>(folder.at("library.db"));
  add(2'001, 80);
  auto index = open();
  for (const std::int64_t number : {1, 60, 2'001, 2'080})
    EXPECT_EQ(numbers(ask(index, like(number))).front(), number);
  EXPECT_EQ(index.spaces().at(0).vectors, 140U);
}

TEST_F(library_index_test, keeps_the_graph_of_a_large_space_beside_it) {
  policy.space.exact_max = 100;
  add(1, 900);
  {
    auto index = open();
    numbers(ask(index, like(1)));
    while (index.has_work())
      ASSERT_TRUE(index.work());
    EXPECT_EQ(index.spaces().at(0).linked, 900U);
    save(index);
  }
  const fs::path graph = folder.at("index/" + graph_name("space-1"));
  {
    auto index = open();
    EXPECT_EQ(numbers(ask(index, like(700))).front(), 700);
    EXPECT_EQ(index.spaces().at(0).linked, 900U);
  }
  auto bad = bytes_of(graph);
  bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
  write(graph, bad);
  auto index = open();
  EXPECT_EQ(numbers(ask(index, like(700))).front(), 700);
  EXPECT_EQ(index.spaces().at(0).linked, 0U);
  EXPECT_EQ(index.spaces().at(0).from_cache, 900U);
  while (index.has_work())
    ASSERT_TRUE(index.work());
  EXPECT_EQ(index.spaces().at(0).linked, 900U);
}

TEST_F(library_index_test, writes_no_file_for_whoever_only_reads) {
  add(1, 20);
  cache = io::open_posix_index_cache(folder.at("index"), false);
  auto index = open();
  EXPECT_EQ(numbers(ask(index, like(7))).front(), 7);
  index.save_soon();
  EXPECT_EQ(index.work().failure().code, errc::refused);
  EXPECT_FALSE(index.has_work());
  EXPECT_FALSE(fs::exists(folder.at("index")));
}

} // namespace

} // namespace troupe::index
