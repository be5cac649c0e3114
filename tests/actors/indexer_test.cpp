#include "actors/indexer.hpp"
#include "io/index/hnswlib_neighbour_graph.hpp"
#include "io/index/openblas_score_kernel.hpp"
#include "io/index/posix_index_cache.hpp"
#include "io/openssl_content_hash.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/domain/search/random_rows.hpp"
#include "tests/fakes/scratch_folder.hpp"
#include "tests/fakes/vector_library.hpp"

#include <caf/send.hpp>

#include <filesystem>

namespace troupe::testing {
namespace {

constexpr std::size_t dim = 16;

/// Counts passes over the vectors.
class counting_kernel final : public score_kernel {
public:
  void score(const search::vector_rows& rows,
             const search::vector_rows& queries,
             std::span<float> out) const noexcept override {
    ++passes;
    largest = std::max(largest, queries.rows());
    kernel_->score(rows, queries, out);
  }

  mutable int passes = 0;
  mutable std::size_t largest = 0;

private:
  std::unique_ptr<const score_kernel> kernel_ =
    io::open_openblas_score_kernel();
};

class indexer_test : public actor_fixture {
protected:
  indexer_test() : library(folder.at("library.db")) {
    tunables.where = placement::pooled;
    tunables.policy.save_after = 1'000'000;
  }

  ~indexer_test() override {
    end();
  }

  void start() {
    indexer = spawn_indexer(
      system, tunables,
      [this]() -> result<std::unique_ptr<library_reader>> {
        ++opened;
        return library.reader();
      },
      {&kernel, graphs.get(), cache.get(), hasher->get()}, log);
  }

  void end() {
    if (indexer)
      self->send_exit(indexer, caf::exit_reason::user_shutdown);
    indexer = indexer_actor{};
    run();
  }

  void add(std::int64_t first, std::size_t count) {
    values = random_rows(count, dim, static_cast<unsigned>(first));
    library.add(first, values, dim);
  }

  [[nodiscard]] near_query like(std::size_t row,
                                std::uint32_t count = 1) const {
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(row * dim);
    return {"space-1", {from, from + dim}, {}, count, {}, {}, false};
  }

  fakes::scratch_folder folder;
  vector_library library;
  std::vector<float> values;
  counting_kernel kernel;
  std::unique_ptr<const neighbour_graph_source> graphs =
    io::open_hnswlib_neighbour_graphs();
  std::unique_ptr<index_cache> cache =
    io::open_posix_index_cache(folder.at("index"), true);
  result<std::unique_ptr<content_hasher>> hasher =
    io::open_openssl_content_hash();
  indexer_tunables tunables;
  indexer_actor indexer;
  int opened = 0;
};

TEST_F(indexer_test, costs_nothing_before_the_first_question) {
  add(1, 20);
  start();
  self->send(indexer, changed_atom_v, true);
  advance(1s);
  EXPECT_EQ(opened, 0);
  EXPECT_TRUE(ask<index_report>(indexer, spaces_atom_v)->spaces.empty());
  const auto answer = ask<near_answer>(indexer, near_atom_v, like(3));
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->rows.size(), 1U);
  EXPECT_GT(answer->rows[0].cosine, 0.9999);
  EXPECT_EQ(opened, 1);
}

TEST_F(indexer_test, answers_what_waits_in_one_pass) {
  add(1, 200);
  start();
  ASSERT_TRUE(ask<near_answer>(indexer, near_atom_v, like(0)));
  kernel.passes = 0;
  std::vector<std::function<void()>> receive;
  int right = 0;
  for (std::size_t row = 0; row < 50; ++row) {
    auto pending =
      self->request(indexer, caf::infinite, near_atom_v, like(row));
    receive.emplace_back([this, pending, &right]() mutable {
      pending.receive(
        [&](const near_answer& x) {
          right += x.rows.size() == 1 && x.rows[0].cosine > 0.9999 ? 1 : 0;
        },
        [](const caf::error& why) { FAIL() << to_string(why); });
    });
  }
  run();
  for (auto& one : receive)
    one();
  EXPECT_EQ(right, 50);
  EXPECT_EQ(kernel.passes, 1);
  EXPECT_EQ(kernel.largest, 50U);
}

TEST_F(indexer_test, takes_in_what_is_committed_without_being_asked) {
  add(1, 20);
  start();
  ASSERT_TRUE(ask<near_answer>(indexer, near_atom_v, like(0)));
  add(21, 30);
  self->send(indexer, changed_atom_v, false);
  run();
  EXPECT_EQ(ask<index_report>(indexer, spaces_atom_v)->spaces[0].vectors, 20U);
  advance(1s);
  EXPECT_EQ(ask<index_report>(indexer, spaces_atom_v)->spaces[0].vectors, 50U);
}

TEST_F(indexer_test, finds_what_was_committed_although_no_word_came) {
  add(1, 20);
  start();
  ASSERT_TRUE(ask<near_answer>(indexer, near_atom_v, like(0)));
  add(21, 20);
  const auto answer = ask<near_answer>(indexer, near_atom_v, like(5));
  ASSERT_TRUE(answer);
  EXPECT_GT(answer->rows.at(0).cosine, 0.9999);
}

TEST_F(indexer_test, does_not_find_what_was_forgotten) {
  add(1, 20);
  start();
  ASSERT_TRUE(ask<near_answer>(indexer, near_atom_v, like(4)));
  library.forget(5);
  self->send(indexer, changed_atom_v, true);
  const auto answer = ask<near_answer>(indexer, near_atom_v, like(4));
  ASSERT_TRUE(answer);
  EXPECT_LT(answer->rows.at(0).cosine, 0.9999);
}

TEST_F(indexer_test, links_and_writes_between_questions) {
  tunables.policy.space.exact_max = 100;
  tunables.policy.space.slice_rows = 10;
  tunables.policy.save_after = 200;
  add(1, 300);
  start();
  ASSERT_TRUE(ask<near_answer>(indexer, near_atom_v, like(7)));
  const auto report = ask<index_report>(indexer, spaces_atom_v);
  EXPECT_EQ(report->spaces.at(0).linked, 300U);
  EXPECT_TRUE(std::filesystem::exists(
    folder.at("index/" + index::index_name("space-1"))));
}

TEST_F(indexer_test, writes_its_file_when_nothing_happened_for_long) {
  add(1, 20);
  start();
  ASSERT_TRUE(ask<near_answer>(indexer, near_atom_v, like(7)));
  add(21, 20);
  self->send(indexer, changed_atom_v, false);
  tunables.save_after = 300s;
  const auto file = folder.at("index/" + index::index_name("space-1"));
  advance(299s);
  EXPECT_FALSE(std::filesystem::exists(file));
  // The first look sees the change, the second one that none followed.
  advance(302s);
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(indexer_test, answers_every_question_before_it_ends) {
  add(1, 20);
  start();
  auto pending = self->request(indexer, caf::infinite, near_atom_v, like(0));
  self->send_exit(indexer, caf::exit_reason::user_shutdown);
  indexer = indexer_actor{};
  run();
  bool answered = false;
  pending.receive([&](const near_answer&) { answered = true; },
                  [&](const caf::error&) { answered = true; });
  EXPECT_TRUE(answered);
}

TEST_F(indexer_test, says_what_was_wrong_with_its_file) {
  add(1, 20);
  std::filesystem::create_directories(folder.at("index"));
  folder.write("index/" + index::index_name("space-1"), "rubbish rubbish");
  start();
  const auto answer = ask<near_answer>(indexer, near_atom_v, like(0));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->vectors, 20U);
  EXPECT_TRUE(log.says("ends too soon"));
}

} // namespace
} // namespace troupe::testing
