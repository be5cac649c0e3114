#include "domain/library/vanish_ledger.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace troupe {
namespace {

constexpr file_stamp stamp{100, 5};

known_file known(const std::string& path, int id, bool missing = false) {
  const auto digest = digest_path(path);
  return {digest.high, digest.low, stamp, entry_id{id}, missing};
}

TEST(vanish_ledger_test, lets_unchanged_files_pass) {
  const std::vector files{known("/a", 1)};
  vanish_ledger ledger{files};
  EXPECT_TRUE(ledger.meet({"/a", stamp}));
  EXPECT_TRUE(ledger.vanished().empty());
}

TEST(vanish_ledger_test, has_something_to_do_for_the_others) {
  const std::vector files{known("/a", 1), known("/b", 2), known("/c", 3, true)};
  vanish_ledger ledger{files};
  EXPECT_FALSE(ledger.meet({"/a", {101, 5}}));
  EXPECT_FALSE(ledger.meet({"/b", {100, 6}}));
  EXPECT_FALSE(ledger.meet({"/c", stamp})) << "it was missing and is back";
  EXPECT_FALSE(ledger.meet({"/new", stamp}));
  EXPECT_TRUE(ledger.vanished().empty());
}

TEST(vanish_ledger_test, names_what_it_did_not_meet_in_order) {
  const std::vector files{known("/c", 3), known("/a", 1), known("/b", 2)};
  vanish_ledger ledger{files};
  EXPECT_TRUE(ledger.meet({"/b", stamp}));
  EXPECT_EQ(ledger.vanished(), (std::vector{entry_id{1}, entry_id{3}}));
}

TEST(vanish_ledger_test, does_not_name_what_was_missing_before) {
  const std::vector files{known("/a", 1, true)};
  const vanish_ledger ledger{files};
  EXPECT_TRUE(ledger.vanished().empty());
  EXPECT_EQ(ledger.known(), 0);
}

TEST(vanish_ledger_test, names_for_pruning_what_is_missing_still) {
  const std::vector files{known("/a", 1, true), known("/b", 2, true),
                          known("/c", 3)};
  vanish_ledger ledger{files};
  EXPECT_FALSE(ledger.meet({"/b", stamp})) << "it is back";
  EXPECT_EQ(ledger.still_missing(), (std::vector{entry_id{1}}));
}

TEST(vanish_ledger_test, spares_the_unreadable_and_drops_what_is_no_media) {
  const std::vector files{known("/a", 1), known("/b", 2)};
  vanish_ledger ledger{files};
  ledger.spare("/a");
  EXPECT_FALSE(ledger.meet({"/b", {1, 1}}));
  ledger.unmeet("/b");
  ledger.spare("/stranger");
  EXPECT_EQ(ledger.vanished(), std::vector{entry_id{2}});
}

TEST(vanish_ledger_test, takes_half_for_an_unmounted_disk) {
  struct row {
    int known_files;
    std::size_t vanished;
    bool unmounted;
  };

  for (const auto& x :
       {row{0, 0, false}, row{1, 0, false}, row{1, 1, true}, row{2, 1, true},
        row{3, 1, false}, row{3, 2, true}, row{100, 49, false},
        row{100, 50, true}, row{101, 50, false}, row{101, 51, true}}) {
    std::vector<known_file> files;
    for (int i = 0; i < x.known_files; ++i)
      files.push_back(known("/" + std::to_string(i), i + 1));
    // A missing one does not count.
    files.push_back(known("/gone", 1'000, true));
    EXPECT_EQ(vanish_ledger{files}.looks_unmounted(x.vanished), x.unmounted)
      << x.vanished << " of " << x.known_files;
  }
}

TEST(vanish_ledger_test, splits_any_walk_into_met_and_vanished) {
  std::mt19937_64 random{11};
  std::vector<known_file> files;
  for (int i = 0; i < 2'000; ++i)
    files.push_back(known("/" + std::to_string(i), i, random() % 5 == 0));
  vanish_ledger ledger{files};
  std::set<entry_id> expected;
  for (int i = 0; i < 2'000; ++i) {
    const bool missing = files[static_cast<std::size_t>(i)].missing;
    if (random() % 2 == 0) {
      EXPECT_EQ(ledger.meet({"/" + std::to_string(i), stamp}), !missing);
    } else if (!missing) {
      expected.insert(entry_id{i});
    }
  }
  const auto vanished = ledger.vanished();
  EXPECT_EQ(std::set<entry_id>(vanished.begin(), vanished.end()), expected);
  EXPECT_EQ(vanished.size(), expected.size());
}

} // namespace
} // namespace troupe
