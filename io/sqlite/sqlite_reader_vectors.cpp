#include "io/sqlite/sqlite_reader_queries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace troupe::io::sqlite {

namespace {

// The oldest present entry of a content, 0 without one.
#define TROUPE_ONE_ENTRY                                                       \
  "ifnull((SELECT e.id FROM entries e WHERE e.content = r.content"             \
  " AND e.missing_since_us IS NULL ORDER BY e.id LIMIT 1), 0)"

constexpr command find_vector{
  "read a vector",
  "SELECT s.name, r.data FROM vectors r JOIN spaces s ON s.id = r.space"
  " WHERE r.content = ?4 AND r.recipe IN (?1, ?2, ?3)"};
constexpr command list_vectors{
  "read vectors", "SELECT r.seq, r.content, c.kind, " TROUPE_ONE_ENTRY
                  ", r.data, r.dim FROM vectors r"
                  " JOIN contents c ON c.id = r.content"
                  " WHERE r.space = (SELECT id FROM spaces WHERE name = ?4)"
                  " AND r.recipe IN (?1, ?2, ?3) AND r.seq > ?5"
                  " ORDER BY r.seq LIMIT ?6"};
constexpr command list_spaces{
  "list vector spaces",
  "SELECT s.name, c.kind, r.dim, count(*) FROM vectors r"
  " JOIN spaces s ON s.id = r.space JOIN contents c ON c.id = r.content"
  " WHERE r.recipe IN (?1, ?2, ?3)"
  " GROUP BY s.name, c.kind, r.dim ORDER BY s.name, c.kind, r.dim"};
constexpr command find_fingerprint{
  "read a fingerprint", "SELECT m.name, r.data FROM fingerprints r"
                        " JOIN fingerprint_methods m ON m.id = r.method"
                        " WHERE r.content = ?4 AND r.recipe IN (?1, ?2, ?3)"};
constexpr command list_fingerprints{
  "read fingerprints",
  "SELECT r.seq, r.content, c.kind, " TROUPE_ONE_ENTRY
  ", r.data FROM fingerprints r JOIN contents c ON c.id = r.content"
  " WHERE r.method = (SELECT id FROM fingerprint_methods WHERE name = ?4)"
  " AND r.recipe IN (?1, ?2, ?3) AND r.seq > ?5"
  " ORDER BY r.seq LIMIT ?6"};

#undef TROUPE_ONE_ENTRY

constexpr command last_vector{"read the last vector",
                              "SELECT ifnull(max(seq), 0) FROM vectors"};
constexpr command last_fingerprint{
  "read the last fingerprint", "SELECT ifnull(max(seq), 0) FROM fingerprints"};

query& bind_recipes(query& rows, const recipe_rows& recipes) {
  return rows.bind(recipes[1]).bind(recipes[2]).bind(recipes[3]);
}

/// Appends little-endian 32-bit values.
template <class Word>
void append_words(std::string_view bytes, std::vector<Word>& out) {
  for (std::size_t at = 0; at + sizeof(Word) <= bytes.size();
       at += sizeof(Word)) {
    std::uint32_t bits = 0;
    for (std::size_t b = sizeof(Word); b-- > 0;)
      bits = bits << 8U | static_cast<unsigned char>(bytes[at + b]);
    out.push_back(std::bit_cast<Word>(bits));
  }
}

result_owner owner_of(const query& rows) {
  return {rows.integer(0), content_id{rows.integer(1)},
          static_cast<media_kind>(rows.integer(2)), entry_id{rows.integer(3)}};
}

/// Takes at most `wanted.limit` rows into `block`, each by `take`; one more
/// than asked for tells whether there are more.
template <class Block, class Take>
void read_block(database& db, const command& text, const command& last,
                const recipe_rows& recipes, const result_query& wanted,
                Block& block, Take take) {
  const auto limit = std::max<std::int64_t>(wanted.limit, 1);
  block.last_seq = wanted.after_seq;
  auto rows = db.use(text);
  bind_recipes(rows, recipes)
    .bind_text(wanted.name)
    .bind(wanted.after_seq)
    .bind(limit + 1);
  while (rows.row()) {
    if (static_cast<std::int64_t>(block.owners.size()) == limit) {
      block.more = true;
      return;
    }
    block.owners.push_back(owner_of(rows));
    block.last_seq = block.owners.back().seq;
    take(rows);
  }
  // The rest is of other names, or older recipes: nobody need pass it again.
  block.last_seq = std::max(block.last_seq, db.number(last));
}

/// Reports that a content lacks what was asked for.
void fail_without(database& db, content_id content, std::string_view what) {
  if (!db.failed())
    db.fail({errc::not_found,
             fmt::format("content {} has no {} yet; run `troupe index` on its "
                         "file",
                         number_of(content), what)});
}

} // namespace

content_vector read_vector_of(database& db, const recipe_rows& recipes,
                              content_id content) {
  content_vector found;
  auto rows = db.use(find_vector);
  bind_recipes(rows, recipes).bind(number_of(content));
  if (!rows.row()) {
    fail_without(db, content, "vector");
    return found;
  }
  found.space = rows.text(0);
  append_words(rows.bytes(1), found.values);
  return found;
}

vector_block read_vectors(database& db, const recipe_rows& recipes,
                          const result_query& wanted) {
  vector_block block;
  read_block(
    db, list_vectors, last_vector, recipes, wanted, block,
    [&](const query& row) {
      block.dim = row.integer(5);
      append_words(row.bytes(4), block.values);
      // A space has one length; a row of another one would shift all others.
      const auto rows = static_cast<std::int64_t>(block.owners.size());
      if (static_cast<std::int64_t>(block.values.size()) != rows * block.dim)
        db.fail(
          {errc::corrupt,
           fmt::format("vectors of {}: row {} has another length than the "
                       "others; run `troupe admin check`",
                       wanted.name, block.last_seq)});
    });
  return block;
}

std::vector<vector_space> read_spaces(database& db,
                                      const recipe_rows& recipes) {
  std::vector<vector_space> found;
  auto rows = db.use(list_spaces);
  bind_recipes(rows, recipes);
  while (rows.row())
    found.push_back({rows.text(0), static_cast<media_kind>(rows.integer(1)),
                     rows.integer(2), rows.integer(3)});
  return found;
}

content_fingerprint read_fingerprint_of(database& db,
                                        const recipe_rows& recipes,
                                        content_id content) {
  content_fingerprint found;
  auto rows = db.use(find_fingerprint);
  bind_recipes(rows, recipes).bind(number_of(content));
  if (!rows.row()) {
    fail_without(db, content, "fingerprint");
    return found;
  }
  found.method = rows.text(0);
  append_words(rows.bytes(1), found.words);
  return found;
}

fingerprint_block read_fingerprints(database& db, const recipe_rows& recipes,
                                    const result_query& wanted) {
  fingerprint_block block;
  read_block(db, list_fingerprints, last_fingerprint, recipes, wanted, block,
             [&](const query& row) {
               block.words.emplace_back();
               append_words(row.bytes(4), block.words.back());
             });
  return block;
}

} // namespace troupe::io::sqlite
