#include "domain/audio/tonal/musical_key.hpp"

#include <gtest/gtest.h>

#include <set>

namespace troupe::audio {
namespace {

TEST(musical_key_test, names_keys_as_djs_do) {
  struct named {
    musical_key key;
    const char* name;
    const char* camelot;
    const char* open_key;
  };

  // Published wheels: C major 8B = 1d, A minor 8A = 1m, a fifth up is one on.
  for (const auto& one :
       {named{{0, key_mode::major}, "C major", "8B", "1d"},
        named{{9, key_mode::minor}, "A minor", "8A", "1m"},
        named{{7, key_mode::major}, "G major", "9B", "2d"},
        named{{5, key_mode::major}, "F major", "7B", "12d"},
        named{{6, key_mode::minor}, "F# minor", "11A", "4m"},
        named{{8, key_mode::minor}, "G# minor", "1A", "6m"},
        named{{11, key_mode::major}, "B major", "1B", "6d"},
        named{{1, key_mode::minor}, "C# minor", "12A", "5m"}}) {
    EXPECT_EQ(key_name(one.key), one.name);
    EXPECT_EQ(camelot_name(one.key), one.camelot) << one.name;
    EXPECT_EQ(open_key_name(one.key), one.open_key) << one.name;
  }
}

TEST(musical_key_test, gives_each_key_a_name_of_its_own) {
  std::set<std::string> camelot;
  std::set<std::string> open_key;
  for (int tonic = 0; tonic < 12; ++tonic)
    for (const auto mode : {key_mode::major, key_mode::minor}) {
      camelot.insert(camelot_name({tonic, mode}));
      open_key.insert(open_key_name({tonic, mode}));
    }
  EXPECT_EQ(camelot.size(), 24U);
  EXPECT_EQ(open_key.size(), 24U);
}

TEST(musical_key_test, relative_keys_share_their_hour) {
  for (int tonic = 0; tonic < 12; ++tonic)
    EXPECT_EQ(camelot_hour({tonic, key_mode::major}),
              camelot_hour({(tonic + 9) % 12, key_mode::minor}));
}

} // namespace
} // namespace troupe::audio
