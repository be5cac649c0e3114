#include "io/sqlite/sqlite_library_reader.hpp"
#include "io/sqlite/sqlite_library_store.hpp"
#include "tests/contracts/library_care_contract.hpp"
#include "tests/contracts/library_reader_contract.hpp"
#include "tests/contracts/library_results_contract.hpp"
#include "tests/contracts/library_store_contract.hpp"
#include "tests/contracts/library_verbs_contract.hpp"
#include "tests/contracts/library_words_contract.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>

namespace troupe::contracts {

namespace {

std::unique_ptr<library_store> open_store(const std::string& file,
                                          const std::vector<recipe>& recipes) {
  io::sqlite_library_options options;
  options.file = file;
  options.recipes = recipes;
  auto opened = io::open_sqlite_library_store(options);
  EXPECT_TRUE(opened) << opened.failure().detail;
  return opened ? std::move(opened).value() : nullptr;
}

std::unique_ptr<library_reader>
open_reader(const std::string& file, const std::vector<recipe>& recipes) {
  auto opened = io::open_sqlite_library_reader(file, recipes);
  EXPECT_TRUE(opened) << opened.failure().detail;
  return opened ? std::move(opened).value() : nullptr;
}

library_under_test on_disk() {
  const auto folder = std::make_shared<fakes::scratch_folder>();
  const auto file = folder->at("library.db");
  return {
    [folder, file](const auto& recipes) { return open_store(file, recipes); },
    [folder, file](const auto& recipes) {
      return open_reader(file, recipes);
    }};
}

library_under_test in_memory() {
  const auto file = ":memory:" + fakes::scratch_name();
  // A library in memory lives as long as somebody has it open.
  const std::shared_ptr<library_store> keeper = open_store(file, {});
  return {
    [keeper, file](const auto& recipes) { return open_store(file, recipes); },
    [keeper, file](const auto& recipes) {
      return open_reader(file, recipes);
    }};
}

} // namespace

INSTANTIATE_TEST_SUITE_P(sqlite, library_store_contract,
                         testing::Values(library_case{"disk", &on_disk},
                                         library_case{"memory", &in_memory}),
                         [](const auto& made) { return made.param.name; });
INSTANTIATE_TEST_SUITE_P(sqlite, library_reader_contract,
                         testing::Values(library_case{"disk", &on_disk},
                                         library_case{"memory", &in_memory}),
                         [](const auto& made) { return made.param.name; });
INSTANTIATE_TEST_SUITE_P(sqlite, library_care_contract,
                         testing::Values(library_case{"disk", &on_disk},
                                         library_case{"memory", &in_memory}),
                         [](const auto& made) { return made.param.name; });
INSTANTIATE_TEST_SUITE_P(sqlite, library_results_contract,
                         testing::Values(library_case{"disk", &on_disk},
                                         library_case{"memory", &in_memory}),
                         [](const auto& made) { return made.param.name; });
INSTANTIATE_TEST_SUITE_P(sqlite, library_verbs_contract,
                         testing::Values(library_case{"disk", &on_disk},
                                         library_case{"memory", &in_memory}),
                         [](const auto& made) { return made.param.name; });

INSTANTIATE_TEST_SUITE_P(sqlite, library_words_contract,
                         testing::Values(library_case{"disk", &on_disk},
                                         library_case{"memory", &in_memory}),
                         [](const auto& made) { return made.param.name; });

} // namespace troupe::contracts
