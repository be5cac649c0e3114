#pragma once

#include "tests/contracts/library_fixture.hpp"

namespace troupe::contracts {

/// What every `library_reader` promises about vectors and fingerprints.
class library_results_contract : public library_fixture {
protected:
  /// Ends one job of its own content with this vector and fingerprint.
  void analyse(const std::string& path, std::uint32_t content,
               std::vector<float> vector,
               std::vector<std::uint32_t> fingerprint) {
    record({audio_file(path, content)});
    const auto jobs = claim(1);
    ASSERT_EQ(jobs.size(), 1U);
    auto end = end_of(jobs[0], job_state::done);
    end.output->vector = std::move(vector);
    end.output->fingerprint = std::move(fingerprint);
    ASSERT_EQ(finish(end), end_verdict::accepted);
  }

  static std::vector<std::int64_t> seqs_of(const vector_block& block) {
    std::vector<std::int64_t> seqs;
    for (const auto& owner : block.owners)
      seqs.push_back(owner.seq);
    return seqs;
  }
};

TEST_P(library_results_contract, keeps_the_bits_of_a_vector) {
  const float least = -1.0e-42F;
  analyse("/m/a", 1, {0.1F, least}, {1U, 0x80000001U});
  const auto reading = reader();
  const auto entry = reading->entry_at("/m/a");
  ASSERT_TRUE(entry) << entry.failure().detail;
  const auto vector = reading->vector_of(entry->content);
  ASSERT_TRUE(vector) << vector.failure().detail;
  EXPECT_EQ(vector->space, "space-1");
  EXPECT_EQ(vector->values, (std::vector<float>{0.1F, least}));
  const auto print = reading->fingerprint_of(entry->content);
  ASSERT_TRUE(print) << print.failure().detail;
  EXPECT_EQ(print->method, "prints-1");
  EXPECT_EQ(print->words, (std::vector<std::uint32_t>{1U, 0x80000001U}));
}

TEST_P(library_results_contract, says_when_a_content_has_no_vector) {
  record({audio_file("/m/a", 1)});
  const auto reading = reader();
  const auto content = reading->entry_at("/m/a")->content;
  EXPECT_EQ(reading->vector_of(content).failure().code, errc::not_found);
  EXPECT_EQ(reading->fingerprint_of(content).failure().code, errc::not_found);
  EXPECT_EQ(reading->vector_of(content_id{99}).failure().code, errc::not_found);
}

TEST_P(library_results_contract, stores_a_result_without_vector) {
  analyse("/m/a", 1, {}, {});
  const auto reading = reader();
  const auto entry = reading->entry_at("/m/a");
  EXPECT_EQ(entry->state, entry_state::done);
  EXPECT_EQ(entry->dim, 0);
  EXPECT_TRUE(reading->spaces()->empty());
}

TEST_P(library_results_contract, reads_a_space_block_by_block) {
  for (std::uint32_t i = 1; i <= 5; ++i)
    analyse("/m/" + std::to_string(i), i, {static_cast<float>(i), 0.0F}, {i});
  const auto reading = reader();
  result_query query{"space-1", 0, 2};
  std::vector<float> firsts;
  std::int64_t before = 0;
  bool more = true;
  while (more) {
    const auto block = reading->vectors(query);
    ASSERT_TRUE(block) << block.failure().detail;
    ASSERT_EQ(block->dim, 2);
    ASSERT_EQ(block->values.size(), 2 * block->owners.size());
    for (std::size_t i = 0; i < block->owners.size(); ++i) {
      EXPECT_GT(block->owners[i].seq, before);
      before = block->owners[i].seq;
      firsts.push_back(block->values[2 * i]);
      const auto found = reading->entry_at(
        "/m/" + std::to_string(static_cast<int>(firsts.back())));
      EXPECT_EQ(block->owners[i].content, found->content);
      EXPECT_EQ(block->owners[i].entry, found->id);
      EXPECT_EQ(block->owners[i].kind, media_kind::audio);
    }
    EXPECT_EQ(block->last_seq, before);
    query.after_seq = block->last_seq;
    more = block->more;
  }
  EXPECT_EQ(firsts, (std::vector<float>{1, 2, 3, 4, 5}));
  EXPECT_TRUE(reading->vectors(query)->owners.empty());
  EXPECT_EQ(reading->vectors(query)->last_seq, before);
  EXPECT_TRUE(reading->vectors({"no-such-space", 0, 2})->owners.empty());
}

TEST_P(library_results_contract, reads_fingerprints_block_by_block) {
  analyse("/m/a", 1, {}, {1U, 2U, 3U});
  analyse("/m/b", 2, {}, {4U});
  const auto reading = reader();
  const auto first = reading->fingerprints({"prints-1", 0, 1});
  ASSERT_TRUE(first) << first.failure().detail;
  ASSERT_EQ(first->words.size(), 1U);
  EXPECT_EQ(first->words[0], (std::vector<std::uint32_t>{1U, 2U, 3U}));
  EXPECT_TRUE(first->more);
  const auto second = reading->fingerprints({"prints-1", first->last_seq, 1});
  ASSERT_EQ(second->words.size(), 1U);
  EXPECT_EQ(second->words[0], (std::vector<std::uint32_t>{4U}));
  EXPECT_FALSE(second->more);
}

TEST_P(library_results_contract, counts_the_vectors_of_each_space) {
  analyse("/m/a", 1, {1.0F, 0.0F}, {});
  analyse("/m/b", 2, {0.0F, 1.0F}, {});
  const auto spaces = reader()->spaces();
  ASSERT_TRUE(spaces) << spaces.failure().detail;
  ASSERT_EQ(spaces->size(), 1U);
  EXPECT_EQ(spaces->at(0).name, "space-1");
  EXPECT_EQ(spaces->at(0).kind, media_kind::audio);
  EXPECT_EQ(spaces->at(0).dim, 2);
  EXPECT_EQ(spaces->at(0).vectors, 2);
}

TEST_P(library_results_contract, never_gives_a_sequence_number_twice) {
  analyse("/m/a", 1, {1.0F, 0.0F}, {1U});
  const auto first = seqs_of(*reader()->vectors({"space-1", 0, 9}));
  const auto print = reader()->fingerprints({"prints-1", 0, 9})->last_seq;
  const auto entry = reader()->entry_at("/m/a")->id;
  committed([&] { return store_->forget(entry, note(), now_us_); });
  reopen();
  analyse("/m/b", 2, {0.0F, 1.0F}, {1U});
  const auto later = reader()->vectors({"space-1", 0, 9});
  ASSERT_EQ(first.size(), 1U);
  ASSERT_EQ(later->owners.size(), 1U);
  EXPECT_GT(later->owners[0].seq, first[0]);
  EXPECT_GT(reader()->fingerprints({"prints-1", 0, 9})->last_seq, print);
}

TEST_P(library_results_contract, names_an_entry_that_is_there) {
  analyse("/m/a", 1, {1.0F, 0.0F}, {});
  record({audio_file("/m/copy", 1)});
  const auto old_entry = reader()->entry_at("/m/a");
  const auto copy = reader()->entry_at("/m/copy");
  EXPECT_EQ(old_entry->content, copy->content);
  EXPECT_EQ(reader()->vectors({"space-1", 0, 9})->owners[0].entry,
            old_entry->id);
  const auto copies = reader()->entries_of(copy->content);
  ASSERT_TRUE(copies) << copies.failure().detail;
  ASSERT_EQ(copies->size(), 2U);
  EXPECT_EQ(copies->at(1).path, "/m/copy");
  EXPECT_EQ(copies->at(1).dim, 2);
  committed([&] {
    return store_->sweep({{old_entry->id, copy->id}, false}, now_us_);
  });
  EXPECT_EQ(reader()->vectors({"space-1", 0, 9})->owners[0].entry, entry_id{0});
}

TEST_P(library_results_contract, hides_the_vectors_of_an_older_recipe) {
  analyse("/m/a", 1, {1.0F, 0.0F}, {1U});
  auto upgraded = two_recipes();
  upgraded[0].version = "audio-2";
  reopen(upgraded);
  const auto reading = reader();
  EXPECT_TRUE(reading->vectors({"space-1", 0, 9})->owners.empty());
  EXPECT_TRUE(reading->fingerprints({"prints-1", 0, 9})->owners.empty());
  EXPECT_TRUE(reading->spaces()->empty());
  EXPECT_FALSE(reading->vector_of(reading->entry_at("/m/a")->content));
}

TEST_P(library_results_contract, undoes_a_vector_with_its_result) {
  record({audio_file("/m/a", 1)});
  const auto jobs = claim(1);
  ASSERT_EQ(jobs.size(), 1U);
  ASSERT_TRUE(store_->begin());
  const settle_request request{
    epoch_.epoch, now_us_, {end_of(jobs[0], job_state::done)}, {}};
  ASSERT_TRUE(store_->settle(request));
  store_->rollback();
  EXPECT_TRUE(reader()->vectors({"space-1", 0, 9})->owners.empty());
  EXPECT_TRUE(reader()->fingerprints({"prints-1", 0, 9})->owners.empty());
  EXPECT_EQ(reader()->entry_at("/m/a")->state, entry_state::pending);
}

} // namespace troupe::contracts
