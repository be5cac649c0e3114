#pragma once

#include "domain/text/text_embedding.hpp"
#include "io/sqlite/sqlite_reader_queries.hpp"

#include <cstdint>
#include <optional>
#include <vector>

/// Texts among each other: their vectors, and finding by words. Internal to
/// `troupe_io_sqlite`.
namespace troupe::io::sqlite {

/// What is rare among the texts of a library, learnt from their features as
/// far as they have been read.
class text_shelf {
public:
  /// Learns the texts that came since the last call; all of them anew when
  /// some went. O(new features).
  const text::feature_rarity& rarity(database& db, const recipe_rows& recipes);

private:
  text::feature_rarity rarity_;
  std::int64_t last_seq_ = 0;
};

/// A block of the space `text::text_space`, made of stored features.
[[nodiscard]] vector_block read_text_vectors(database& db,
                                             const recipe_rows& recipes,
                                             text_shelf& shelf,
                                             const result_query& wanted);

/// The vector of a content that is a text; nothing for any other.
[[nodiscard]] std::optional<content_vector>
read_text_vector_of(database& db, const recipe_rows& recipes, text_shelf& shelf,
                    content_id content);

/// The space of texts, when there are any.
void add_text_space(database& db, const recipe_rows& recipes,
                    std::vector<vector_space>& spaces);

[[nodiscard]] word_matches read_words(database& db, const word_query& wanted);

} // namespace troupe::io::sqlite
