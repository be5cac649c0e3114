#include "io/sqlite/texts/sqlite_reader_texts.hpp"

#include "domain/text/text_features.hpp"

#include <algorithm>

namespace troupe::io::sqlite {

namespace {

constexpr command count_texts{
  "count texts",
  "SELECT count(*), ifnull(max(r.seq), 0) FROM fingerprints r"
  " WHERE r.method = (SELECT id FROM fingerprint_methods WHERE name = ?4)"
  " AND r.recipe IN (?1, ?2, ?3)"};
constexpr command is_text{
  "look for a text",
  "SELECT 1 FROM fingerprints r"
  " WHERE r.content = ?4 AND r.recipe IN (?1, ?2, ?3)"
  " AND r.method = (SELECT id FROM fingerprint_methods WHERE name = ?5)"};
constexpr command match_names{
  "find names",
  "SELECT e.content, '' FROM entry_words w JOIN entries e ON e.id = w.rowid"
  " WHERE entry_words MATCH ?1 AND e.missing_since_us IS NULL"
  " ORDER BY bm25(entry_words) LIMIT ?2"};
// Tags weigh four times as much as a word in a long body.
constexpr command match_bodies{
  "find words",
  "SELECT content_words.rowid,"
  " snippet(content_words, -1, '', '', '\u2026', 16)"
  " FROM content_words WHERE content_words MATCH ?1"
  " AND EXISTS(SELECT 1 FROM entries e WHERE e.content = content_words.rowid"
  "  AND e.missing_since_us IS NULL)"
  " ORDER BY bm25(content_words, 4.0, 1.0) LIMIT ?2"};

struct text_count {
  std::int64_t texts = 0;
  std::int64_t last_seq = 0;
};

text_count count_of(database& db, const recipe_rows& recipes) {
  auto rows = db.use(count_texts);
  rows.bind(recipes[1]).bind(recipes[2]).bind(recipes[3]);
  rows.bind_text(text::text_features_method);
  if (!rows.row())
    return {};
  return {rows.integer(0), rows.integer(1)};
}

/// Any of the words, each perhaps the beginning of a longer one; empty when
/// there are none. Words hold letters and digits only, so none is syntax.
std::string match_of(std::string_view text) {
  std::string match;
  text::for_each_word(text, [&match](std::string_view word) {
    match += match.empty() ? "\"" : " OR \"";
    match.append(word).append("\"*");
  });
  return match;
}

std::vector<word_match> matches(database& db, const command& how,
                                const std::string& match, std::int64_t limit) {
  std::vector<word_match> found;
  auto rows = db.use(how);
  rows.bind_text(match).bind(limit);
  while (rows.row()) {
    const content_id content{rows.integer(0)};
    const bool known =
      std::any_of(found.begin(), found.end(), [content](const auto& one) {
        return one.content == content;
      });
    if (!known)
      found.push_back({content, rows.text(1)});
  }
  return found;
}

} // namespace

const text::feature_rarity& text_shelf::rarity(database& db,
                                               const recipe_rows& recipes) {
  const auto now = count_of(db, recipes);
  result_query query{text::text_features_method, last_seq_, 1'000};
  const auto learn = [&] {
    for (bool more = true; more;) {
      const auto block = read_fingerprints(db, recipes, query);
      for (const auto& words : block.words)
        rarity_.learn(words);
      query.after_seq = block.last_seq;
      more = block.more && !db.failed();
    }
    last_seq_ = query.after_seq;
  };
  if (now.last_seq > last_seq_)
    learn();
  if (static_cast<std::int64_t>(rarity_.texts()) != now.texts) {
    rarity_ = {};
    query.after_seq = 0;
    learn();
  }
  return rarity_;
}

vector_block read_text_vectors(database& db, const recipe_rows& recipes,
                               text_shelf& shelf, const result_query& wanted) {
  const auto& rarity = shelf.rarity(db, recipes);
  auto source = wanted;
  source.name = text::text_features_method;
  const auto features = read_fingerprints(db, recipes, source);
  vector_block block;
  block.dim = static_cast<std::int64_t>(text::text_numbers);
  block.owners = features.owners;
  block.last_seq = features.last_seq;
  block.more = features.more;
  for (const auto& words : features.words) {
    auto vector = text::text_vector_of(words, rarity);
    vector.resize(text::text_numbers);
    block.values.insert(block.values.end(), vector.begin(), vector.end());
  }
  return block;
}

std::optional<content_vector> read_text_vector_of(database& db,
                                                  const recipe_rows& recipes,
                                                  text_shelf& shelf,
                                                  content_id content) {
  auto rows = db.use(is_text);
  rows.bind(recipes[1]).bind(recipes[2]).bind(recipes[3]);
  rows.bind(number_of(content)).bind_text(text::text_features_method);
  if (!rows.row())
    return std::nullopt;
  const auto features = read_fingerprint_of(db, recipes, content);
  return content_vector{
    text::text_space,
    text::text_vector_of(features.words, shelf.rarity(db, recipes))};
}

void add_text_space(database& db, const recipe_rows& recipes,
                    std::vector<vector_space>& spaces) {
  const auto count = count_of(db, recipes);
  if (count.texts > 0)
    spaces.push_back({text::text_space, media_kind::text,
                      static_cast<std::int64_t>(text::text_numbers),
                      count.texts});
}

word_matches read_words(database& db, const word_query& wanted) {
  const auto match = match_of(wanted.text);
  if (match.empty())
    return {};
  return {matches(db, match_names, match, wanted.limit),
          matches(db, match_bodies, match, wanted.limit)};
}

} // namespace troupe::io::sqlite
