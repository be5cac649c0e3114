#include "io/sqlite_library_store.hpp"
#include "tests/contracts/library_store_contract.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>

namespace troupe::contracts {

namespace {

/// Names that no other test of this process, and no other process, uses.
std::string fresh_name() {
  static std::atomic<int> count{0};
  return "troupe-store-" + std::to_string(::getpid()) + "-"
         + std::to_string(count++);
}

/// A folder that goes with the last copy of the handle.
std::shared_ptr<std::filesystem::path> fresh_folder() {
  auto folder = std::filesystem::temp_directory_path() / fresh_name();
  std::filesystem::create_directory(folder);
  return {new std::filesystem::path{folder}, [](std::filesystem::path* path) {
            std::error_code ignored;
            std::filesystem::remove_all(*path, ignored);
            delete path;
          }};
}

std::unique_ptr<library_store> open_store(const std::string& file,
                                          const std::vector<recipe>& recipes) {
  io::sqlite_library_options options;
  options.file = file;
  options.recipes = recipes;
  auto opened = io::open_sqlite_library_store(options);
  EXPECT_TRUE(opened) << opened.failure().detail;
  return opened ? std::move(opened).value() : nullptr;
}

library_under_test on_disk() {
  const auto folder = fresh_folder();
  const auto file = (*folder / "library.db").string();
  return {
    [folder, file](const auto& recipes) { return open_store(file, recipes); },
    {}};
}

library_under_test in_memory() {
  const auto file = ":memory:" + fresh_name();
  // A library in memory lives as long as somebody has it open.
  const std::shared_ptr<library_store> keeper = open_store(file, {});
  return {
    [keeper, file](const auto& recipes) { return open_store(file, recipes); },
    {}};
}

} // namespace

INSTANTIATE_TEST_SUITE_P(sqlite, library_store_contract,
                         testing::Values(library_case{"disk", &on_disk},
                                         library_case{"memory", &in_memory}),
                         [](const auto& made) { return made.param.name; });

} // namespace troupe::contracts
