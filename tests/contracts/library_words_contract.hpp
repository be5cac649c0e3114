#pragma once

#include "domain/text/text_embedding.hpp"
#include "domain/text/text_record.hpp"
#include "tests/contracts/library_fixture.hpp"

#include <numeric>

namespace troupe::contracts {

/// What every library promises about texts: their vectors, and finding by
/// words.
class library_words_contract : public library_fixture {
protected:
  /// A text entry, embedded as the EMBEDDER does it.
  void embed(const std::string& key, const std::string& text) {
    text_entry entry;
    entry.text = text;
    entry.key = key;
    entry.title = "title of " + key;
    entry.hash.fill(++hashes_);
    committed([&] { return store_->add_text(entry, now_us_); });
    const auto jobs = settle({}, {{job_kind::text_embed, 9, false}}).claimed;
    ASSERT_EQ(jobs.size(), 1U);
    EXPECT_EQ(jobs[0].text, text);
    auto end = end_of(jobs[0], job_state::done);
    end.output = text::output_of(text::describe(text));
    ASSERT_EQ(finish(end), end_verdict::accepted);
  }

  [[nodiscard]] content_id content_of(const std::string& key) {
    const auto entry = reader()->entry_named(key);
    EXPECT_TRUE(entry) << entry.failure().detail;
    return entry ? entry->content : content_id{};
  }

  static std::vector<content_id>
  contents_of(const std::vector<word_match>& matches) {
    std::vector<content_id> found;
    for (const auto& match : matches)
      found.push_back(match.content);
    return found;
  }

private:
  std::uint8_t hashes_ = 100;
};

TEST_P(library_words_contract, makes_the_vectors_of_texts_when_asked) {
  embed("boats", "boats in the harbour");
  embed("tax", "the tax report");
  const auto reading = reader();
  const auto spaces = reading->spaces();
  ASSERT_EQ(spaces->size(), 1U);
  EXPECT_EQ(spaces->front().name, text::text_space);
  EXPECT_EQ(spaces->front().kind, media_kind::text);
  EXPECT_EQ(spaces->front().vectors, 2);
  const auto block = reading->vectors({text::text_space, 0, 9});
  ASSERT_EQ(block->owners.size(), 2U);
  EXPECT_EQ(block->dim, 256);
  const auto vector = reading->vector_of(content_of("boats"));
  ASSERT_TRUE(vector) << vector.failure().detail;
  EXPECT_EQ(vector->space, text::text_space);
  EXPECT_TRUE(std::equal(vector->values.begin(), vector->values.end(),
                         block->values.begin()));
}

TEST_P(library_words_contract, weighs_words_by_the_texts_that_there_are) {
  embed("boats", "boats in the harbour");
  const auto reading = reader();
  const auto before = reading->vector_of(content_of("boats"));
  embed("tax", "the tax report");
  const auto after = reading->vector_of(content_of("boats"));
  ASSERT_TRUE(before && after);
  EXPECT_NE(before->values, after->values) << "'the' is less rare now";
  EXPECT_EQ(reader()->vector_of(content_of("boats"))->values, after->values)
    << "however the texts were read";
}

TEST_P(library_words_contract, finds_names_and_bodies_by_the_start_of_words) {
  embed("boats", "Boats lie in the H\xc3\xa4"
                 "fen.");
  embed("tax", "The tax report.");
  record({audio_file("/music/Harbour Song.flac", 1)});
  const auto reading = reader();
  const auto boats = content_of("boats");
  auto found = reading->find_words({"BOAT", 9});
  ASSERT_TRUE(found) << found.failure().detail;
  EXPECT_EQ(contents_of(found->by_body), std::vector{boats});
  EXPECT_NE(found->by_body[0].excerpt.find("Boats"), std::string::npos);
  EXPECT_EQ(contents_of(found->by_name), std::vector{boats}) << "its key";
  EXPECT_EQ(contents_of(reading->find_words({"hafen", 9})->by_body),
            std::vector{boats})
    << "without its accent";
  EXPECT_EQ(
    contents_of(reading->find_words({"harbour", 9})->by_name),
    std::vector{reading->entry_at("/music/Harbour Song.flac")->content});
  found = reading->find_words({"tax* OR \"AND( NEAR", 9});
  ASSERT_TRUE(found) << "no syntax: " << found.failure().detail;
  EXPECT_EQ(contents_of(found->by_body), std::vector{content_of("tax")});
  EXPECT_TRUE(reading->find_words({" ,;", 9})->by_body.empty());
}

TEST_P(library_words_contract, finds_sounds_by_their_tags) {
  record({audio_file("/m/1.flac", 1)});
  auto end = end_of(claim(1).at(0), job_state::done);
  end.output->document =
    R"({"tags":{"title":"Night Tram","artist":"The Conductors"}})";
  finish(end);
  const auto content = reader()->entry_at("/m/1.flac")->content;
  EXPECT_EQ(contents_of(reader()->find_words({"conductors", 9})->by_body),
            std::vector{content});
}

TEST_P(library_words_contract, forgets_the_words_of_what_is_gone) {
  embed("boats", "boats");
  record({audio_file("/m/old name.flac", 1)});
  const auto entry = reader()->entry_named("boats");
  committed([&] { return store_->forget(entry->id, note(), now_us_); });
  EXPECT_TRUE(reader()->find_words({"boats", 9})->by_body.empty());
  EXPECT_TRUE(reader()->find_words({"boats", 9})->by_name.empty());
  EXPECT_TRUE(reader()->spaces()->empty());
  const auto file = reader()->entry_at("/m/old name.flac");
  committed([&] { return store_->sweep({{file->id}, false}, now_us_); });
  EXPECT_TRUE(reader()->find_words({"old", 9})->by_name.empty()) << "missing";
  record({audio_file("/m/new name.flac", 1)});
  EXPECT_EQ(reader()->find_words({"new", 9})->by_name.size(), 1U) << "moved";
  EXPECT_TRUE(reader()->find_words({"old", 9})->by_name.empty());
}

} // namespace troupe::contracts
