#include "domain/jobs/job.hpp"
#include "domain/ports/library_reader.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>

namespace troupe {
namespace {

/// Checks that the first `count` names of an enumeration are distinct and
/// parse back, and that the value after them is called unknown.
template <class Enum, class Parse>
void check_round_trip(int count, Parse&& parse) {
  std::set<std::string> names;
  for (int i = 0; i < count; ++i) {
    const auto value = static_cast<Enum>(i);
    const auto name = to_string(value);
    EXPECT_EQ(parse(name), value) << name;
    names.emplace(name);
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(to_string(static_cast<Enum>(count)), "unknown");
  EXPECT_FALSE(parse("unknown"));
  EXPECT_FALSE(parse(""));
}

TEST(job_test, reads_back_every_kind) {
  check_round_trip<job_kind>(5, parse_job_kind);
}

TEST(job_test, reads_back_every_state) {
  check_round_trip<job_state>(8, parse_job_state);
}

TEST(job_test, reads_back_every_error_class) {
  check_round_trip<error_class>(7, parse_error_class);
}

TEST(job_test, reads_back_every_entry_state) {
  check_round_trip<entry_state>(5, parse_entry_state);
}

TEST(job_test, names_every_outcome) {
  std::set<std::string_view> names;
  for (int i = 0; i < 5; ++i)
    names.insert(to_string(static_cast<attempt_outcome>(i)));
  EXPECT_EQ(names.size(), 5U);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(job_test, spells_the_names_of_the_contract) {
  EXPECT_EQ(to_string(job_kind::audio_analyze), "audio.analyze");
  EXPECT_EQ(to_string(job_state::quarantined), "quarantined");
  EXPECT_EQ(to_string(error_class::resource), "resource");
  EXPECT_EQ(to_string(attempt_outcome::returned), "returned");
}

TEST(job_test, does_not_guess_at_words) {
  for (const auto* word : {"Ready", "ready ", " ready", "read", "readyy"})
    EXPECT_FALSE(parse_job_state(word)) << word;
}

TEST(job_test, counts_four_states_as_live) {
  const std::set<job_state> live{job_state::scheduled, job_state::ready,
                                 job_state::running, job_state::retry};
  for (std::uint8_t i = 0; i < 8; ++i) {
    const auto state = static_cast<job_state>(i);
    EXPECT_EQ(is_live(state), live.contains(state)) << to_string(state);
  }
}

} // namespace
} // namespace troupe
