// kill -9 while an index is built and while its files are written: whatever
// was acknowledged is found after the restart.

#include "io/index/hnswlib_neighbour_graph.hpp"
#include "io/index/openblas_score_kernel.hpp"
#include "io/index/posix_index_cache.hpp"
#include "io/openssl_content_hash.hpp"
#include "tests/e2e/child_process.hpp"
#include "tests/e2e/index/index_filler.hpp"
#include "tests/fakes/scratch_folder.hpp"
#include "tests/fakes/vector_library.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <string>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;

class index_crash_test : public ::testing::Test {
protected:
  /// Numbers that the process of this round acknowledged.
  static std::int64_t acknowledged(const std::string& said) {
    const std::string word = "acknowledged ";
    const auto last = said.rfind(word);
    if (last == std::string::npos)
      return 0;
    return std::stoll(said.substr(last + word.size())) * filled_batch;
  }

  /// Opens the library as a restart would, and looks for every number.
  /// @returns vectors that came from the cache file
  std::uint64_t find_all(const std::vector<std::int64_t>& numbers) const {
    const auto kernel = io::open_openblas_score_kernel();
    const auto graphs = io::open_hnswlib_neighbour_graphs();
    const auto cache = io::open_posix_index_cache(file + ".index", true);
    const auto hasher = io::open_openssl_content_hash();
    const vector_library library{file};
    index::library_index index{
      library.reader(),
      {kernel.get(), graphs.get(), cache.get(), hasher->get()},
      filler_policy()};
    std::vector<near_query> queries;
    for (const auto number : numbers)
      queries.push_back(
        {filled_space, filled_vector(number), {}, 1, {}, {}, false});
    const auto answers = index.nearest(queries);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const auto& answer = answers[i];
      EXPECT_TRUE(answer && !answer->rows.empty()
                  && answer->rows.front().cosine > 0.9999)
        << "number " << numbers[i] << " was acknowledged and is not found";
    }
    const auto spaces = index.spaces();
    return spaces.empty() ? 0 : spaces.front().from_cache;
  }

  fakes::scratch_folder folder{fakes::memory_disk()};
  std::string file = folder.at("library.db");
};

TEST_F(index_crash_test, finds_all_that_was_acknowledged_after_kill_9) {
  const auto* campaign = std::getenv("TROUPE_CAMPAIGN");
  const bool full = campaign != nullptr && std::string_view{campaign} == "full";
  const int kills = full ? 200 : 10;
  // Where a kill comes: while linking, saving the graph, writing the file,
  // giving it its name; and after how many of these.
  constexpr std::array<const char*, 4> moments{"linking", "saving", "writing",
                                               "naming"};
  constexpr std::array<unsigned, 4> most{150, 4, 12, 5};
  std::mt19937 random{20261121};
  std::vector<std::int64_t> numbers;
  std::int64_t first = 1;
  std::uint64_t from_cache = 0;
  for (int i = 0; i < kills; ++i) {
    const auto which = static_cast<std::size_t>(i) % moments.size();
    const auto mark = std::string{moments[which]} + " "
                      + std::to_string(1 + random() % most[which]) + ".";
    child_process filler{{TROUPE_INDEX_FILLER, file, std::to_string(first)}};
    ASSERT_TRUE(filler.wait_for(mark, 120s))
      << mark << filler.seen().out << filler.seen().err;
    filler.signal(SIGKILL);
    const auto end = filler.end(30s);
    ASSERT_EQ(end.code, 128 + SIGKILL) << end.out << end.err;
    const auto kept = acknowledged(end.out);
    for (std::int64_t number = first; number < first + kept; ++number)
      numbers.push_back(number);
    // One batch more may be committed and not told of yet.
    first += kept + filled_batch;
    from_cache += find_all(numbers);
    // Each start links anew what the last kill interrupted: bounded sizes.
    if (numbers.size() > 2'000) {
      numbers.clear();
      file = folder.at("library-" + std::to_string(i) + ".db");
      first = 1;
    }
  }
  EXPECT_GT(from_cache, 0U) << "no cache file was ever used";
}

} // namespace

} // namespace troupe::testing
