#include "io/sqlite/index/sqlite_reader_index.hpp"

#include "domain/text/text_features.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace troupe::io::sqlite {

namespace {

// INDEXED BY: the covering index, not the rows with their blobs.
constexpr command list_vector_marks{
  "read which vectors there are",
  "SELECT seq, content FROM vectors INDEXED BY vectors_by_content"
  " WHERE recipe IN (?1, ?2, ?3)"};
constexpr command list_fingerprint_marks{
  "read which fingerprints there are",
  "SELECT seq, content FROM fingerprints INDEXED BY fingerprints_by_content"
  " WHERE recipe IN (?1, ?2, ?3)"};
constexpr command find_first_content{
  "read the first content",
  "SELECT id, created_us, hex(sha256) FROM contents ORDER BY id LIMIT 1"};
constexpr command list_contents{
  "read contents of a folder",
  "SELECT content FROM entries WHERE path >= ?1 AND path < ?2"
  " AND missing_since_us IS NULL"};
constexpr command list_tagged{
  "read contents by tag",
  "SELECT w.rowid FROM content_words w WHERE content_words MATCH ?1"
  " AND EXISTS(SELECT 1 FROM entries e WHERE e.content = w.rowid"
  "  AND e.missing_since_us IS NULL)"};
constexpr command list_present{
  "read contents",
  "SELECT content FROM entries WHERE missing_since_us IS NULL"};
constexpr command find_present{
  "find an entry of a content",
  "SELECT id FROM entries WHERE content = ?1 AND missing_since_us IS NULL"
  " ORDER BY id LIMIT 1"};

std::vector<result_mark> read_marks(database& db, const command& text,
                                    const recipe_rows& recipes) {
  std::vector<result_mark> found;
  auto rows = db.use(text);
  rows.bind(recipes[1]).bind(recipes[2]).bind(recipes[3]);
  while (rows.row())
    found.push_back({rows.integer(0), content_id{rows.integer(1)}});
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.seq < b.seq; });
  return found;
}

void take_contents(query& rows, std::vector<content_id>& found) {
  while (rows.row())
    found.push_back(content_id{rows.integer(0)});
}

void in_order(std::vector<content_id>& found) {
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
}

/// All of the words, in the column of tags; empty when there are none.
std::string tag_match(std::string_view tag) {
  std::string match;
  text::for_each_word(tag, [&match](std::string_view word) {
    match += match.empty() ? "tags : (\"" : " AND \"";
    match.append(word).append("\"");
  });
  return match.empty() ? match : match + ")";
}

} // namespace

std::vector<result_mark> read_vector_marks(database& db,
                                           const recipe_rows& recipes) {
  return read_marks(db, list_vector_marks, recipes);
}

std::vector<result_mark> read_fingerprint_marks(database& db,
                                                const recipe_rows& recipes) {
  return read_marks(db, list_fingerprint_marks, recipes);
}

std::string read_lineage(database& db, const recipe_rows& recipes) {
  auto lineage =
    fmt::format("recipes {} {} {}", recipes[1], recipes[2], recipes[3]);
  auto rows = db.use(find_first_content);
  if (rows.row())
    lineage += fmt::format(" content {} {} {}", rows.integer(0),
                           rows.integer(1), rows.text(2));
  return lineage;
}

std::vector<content_id> read_contents_where(database& db,
                                            const content_filter& filter) {
  std::vector<content_id> placed;
  if (filter.under.empty()) {
    if (filter.tag.empty()) {
      auto rows = db.use(list_present);
      take_contents(rows, placed);
    }
  } else {
    for (const auto& range : ranges_under(filter.under)) {
      auto rows = db.use(list_contents);
      rows.bind_blob(range.first).bind_blob(range.end);
      take_contents(rows, placed);
    }
  }
  in_order(placed);
  if (filter.tag.empty())
    return placed;
  const auto match = tag_match(filter.tag);
  std::vector<content_id> tagged;
  if (match.empty())
    return tagged;
  auto rows = db.use(list_tagged);
  rows.bind_text(match);
  take_contents(rows, tagged);
  in_order(tagged);
  if (filter.under.empty())
    return tagged;
  std::vector<content_id> both;
  std::set_intersection(placed.begin(), placed.end(), tagged.begin(),
                        tagged.end(), std::back_inserter(both));
  return both;
}

std::vector<entry_id>
read_present_entries(database& db, const std::vector<content_id>& contents) {
  std::vector<entry_id> found;
  found.reserve(contents.size());
  auto rows = db.use(find_present);
  for (const auto content : contents) {
    rows.again().bind(number_of(content));
    found.push_back(rows.row() ? entry_id{rows.integer(0)} : entry_id{});
  }
  return found;
}

} // namespace troupe::io::sqlite
