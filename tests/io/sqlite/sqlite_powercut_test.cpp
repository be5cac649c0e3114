#include "io/sqlite/sqlite_library_reader.hpp"
#include "io/sqlite/sqlite_library_store.hpp"
#include "tests/contracts/library_fixture.hpp"
#include "tests/fakes/scratch_folder.hpp"
#include "tests/io/sqlite/powercut_vfs.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <set>

namespace troupe {

namespace {

using contracts::audio_file;
using contracts::second_us;
using contracts::two_recipes;

/// Everything that a commit has acknowledged so far.
struct acknowledged {
  std::vector<std::string> recorded;
  std::vector<std::string> analysed;

  [[nodiscard]] std::size_t operations() const {
    return recorded.size() + analysed.size();
  }
};

/// A disk at one moment, and what had been promised by then.
struct crash_image {
  std::map<std::string, std::string> files;
  acknowledged promised;
};

std::unique_ptr<library_store> open_on(const std::string& file,
                                       const std::string& vfs) {
  io::sqlite_library_options options;
  options.file = file;
  options.vfs = vfs;
  options.recipes = two_recipes();
  auto opened = io::open_sqlite_library_store(options);
  EXPECT_TRUE(opened) << opened.failure().detail;
  return opened ? std::move(opened).value() : nullptr;
}

/// A node's life in small: groups of new files, claims and results, with a
/// checkpoint now and then.
class workload {
public:
  explicit workload(const std::string& file) : store_(open_on(file, "cuts")) {}

  acknowledged promised;

  void run(std::uint64_t rounds) {
    ASSERT_TRUE(store_->begin());
    const auto epoch = store_->start_epoch(now_us_);
    ASSERT_TRUE(epoch);
    ASSERT_TRUE(store_->commit());
    for (std::uint64_t round = 0; round < rounds; ++round)
      ASSERT_NO_FATAL_FAILURE(one_round(epoch->epoch, round));
  }

private:
  void one_round(std::int64_t epoch, std::uint64_t round) {
    acknowledged next;
    settle_request request{epoch, now_us_, {}, {}};
    for (const auto& job : held_) {
      attempt_end end;
      end.key = job.key;
      end.output = job_output{"{}", "space", std::vector<float>(64, 1.F)};
      request.ends.push_back(end);
      next.analysed.push_back(job.path);
    }
    request.claims.push_back({job_kind::audio_analyze, 8, false});
    std::vector<found_file> files;
    for (std::uint32_t i = 0; i < 5; ++i) {
      ++files_made_;
      files.push_back(
        audio_file("/m/" + std::to_string(files_made_), files_made_));
      next.recorded.push_back(files.back().path);
    }
    ASSERT_TRUE(store_->begin());
    ASSERT_TRUE(store_->record(files, now_us_));
    auto settled = store_->settle(request);
    ASSERT_TRUE(settled);
    ASSERT_TRUE(store_->commit());
    held_ = std::move(settled->claimed);
    for (auto& path : next.recorded)
      promised.recorded.push_back(std::move(path));
    for (auto& path : next.analysed)
      promised.analysed.push_back(std::move(path));
    if (round % 16 == 15) {
      ASSERT_TRUE(store_->checkpoint(round % 32 == 31));
    }
    now_us_ += second_us;
  }

  std::unique_ptr<library_store> store_;
  std::vector<claimed_job> held_;
  std::uint32_t files_made_ = 0;
  std::int64_t now_us_ = 1'700'000'000 * second_us;
};

/// Starts on what the cut left and counts the promises that were broken.
std::size_t count_lost(const crash_image& image) {
  const fakes::scratch_folder folder{fakes::memory_disk()};
  const auto file = folder.at("library.db");
  for (const auto& [name, bytes] : image.files) {
    const auto suffix = name.ends_with("-wal") ? "-wal" : "";
    std::ofstream{file + suffix, std::ios::binary} << bytes;
  }
  const auto store = open_on(file, "");
  if (store == nullptr)
    return image.promised.operations();
  const auto findings = store->check();
  EXPECT_TRUE(findings && findings->empty());
  const auto reader = io::open_sqlite_library_reader(file, two_recipes());
  EXPECT_TRUE(reader);
  entry_query query;
  query.limit = 1'000'000;
  const auto page = (*reader)->entries(query);
  EXPECT_TRUE(page);
  std::set<std::string> known;
  std::set<std::string> done;
  for (const auto& row : page->rows) {
    known.insert(row.path);
    if (row.state == entry_state::done)
      done.insert(row.path);
  }
  std::size_t lost = 0;
  for (const auto& path : image.promised.recorded)
    lost += known.contains(path) ? 0 : 1;
  for (const auto& path : image.promised.analysed)
    lost += done.contains(path) ? 0 : 1;
  return lost;
}

} // namespace

TEST(sqlite_powercut_test, loses_nothing_that_was_acknowledged) {
  const char* campaign = std::getenv("TROUPE_CAMPAIGN");
  const bool full = campaign != nullptr && std::string{campaign} == "full";
  const std::size_t cuts = full ? 150 : 20;
  const fakes::scratch_folder folder{fakes::memory_disk()};
  fakes::powercut_disk disk{"cuts"};
  workload work{folder.at("library.db")};
  // A round makes about 20 events; images are taken at random ones, so that
  // a commit, a sync and a checkpoint are each cut in their midst.
  std::mt19937_64 random{20'240'501};
  std::vector<crash_image> images;
  std::int64_t next_cut = 1;
  const auto take = [&](std::int64_t event) {
    if (event < next_cut || images.size() >= cuts)
      return;
    images.push_back({disk.cut(random), work.promised});
    next_cut = event + 1 + static_cast<std::int64_t>(random() % 120);
  };
  next_cut = disk.events() + 1;
  disk.before_event = take;
  work.run(cuts * 5);
  disk.before_event = {};
  ASSERT_EQ(images.size(), cuts);
  std::size_t lost = 0;
  std::size_t promised = 0;
  for (const auto& image : images) {
    promised += image.promised.operations();
    lost += count_lost(image);
  }
  std::cout << "power cuts " << images.size() << ", acknowledged " << promised
            << ", lost " << lost << "\n";
  EXPECT_GT(promised, cuts * 50);
  EXPECT_EQ(lost, 0U);
}

} // namespace troupe
