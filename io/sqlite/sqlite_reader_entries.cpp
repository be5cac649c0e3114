#include "domain/library/path_digest.hpp"
#include "io/sqlite/sqlite_reader_queries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace troupe::io::sqlite {

namespace {

/// Matches listed for an ambiguous prefix.
constexpr std::size_t matches_listed_max = 10;

// The row of an entry with its state (a number of `entry_state`) and what
// failed. ?1..?3: recipes of audio, image, text. A cancelled job that was not
// abandoned counts as failed.
#define TROUPE_ENTRY_COLUMNS                                                   \
  "SELECT e.id, e.ulid, c.kind, e.path, e.key, e.title, e.bytes, e.mtime_ns,"  \
  " c.sha256, e.content,"                                                      \
  " CASE WHEN e.missing_since_us IS NOT NULL THEN 4"                           \
  "  WHEN EXISTS(SELECT 1 FROM features f WHERE f.content = e.content"         \
  "   AND f.recipe = CASE c.kind WHEN 1 THEN ?1 WHEN 2 THEN ?2 ELSE ?3 END)"   \
  "  THEN 1"                                                                   \
  "  ELSE coalesce((SELECT CASE j.state WHEN 5 THEN 2 WHEN 7 THEN 3"           \
  "   WHEN 6 THEN CASE j.why WHEN 0 THEN 0 ELSE 2 END ELSE 0 END"              \
  "   FROM jobs j WHERE j.content = e.content"                                 \
  "   AND j.recipe = CASE c.kind WHEN 1 THEN ?1 WHEN 2 THEN ?2 ELSE ?3 END),"  \
  "   0) END AS standing"                                                      \
  " FROM entries e JOIN contents c ON c.id = e.content"

constexpr command list_paths{"list entries", TROUPE_ENTRY_COLUMNS
                             " WHERE e.path >= ?4 AND e.path < ?5"
                             " AND (?6 IS NULL OR c.kind = ?6)"
                             " AND (?7 IS NULL OR standing = ?7)"
                             " ORDER BY e.path LIMIT ?8"};
constexpr command list_texts{"list texts", TROUPE_ENTRY_COLUMNS
                             " WHERE e.path IS NULL AND e.id > ?4"
                             " AND (?5 IS NULL OR c.kind = ?5)"
                             " AND (?6 IS NULL OR standing = ?6)"
                             " ORDER BY e.id LIMIT ?7"};
constexpr command find_at{"find an entry",
                          TROUPE_ENTRY_COLUMNS " WHERE e.path = ?4"};
constexpr command find_key{"find an entry",
                           TROUPE_ENTRY_COLUMNS " WHERE e.key = ?4"};
constexpr command list_copies{"list the entries of a content",
                              TROUPE_ENTRY_COLUMNS
                              " WHERE e.content = ?4 ORDER BY e.id"};
constexpr command find_prefix{"find an entry", TROUPE_ENTRY_COLUMNS
                              " WHERE e.ulid >= ?4 AND e.ulid < ?5"
                              " ORDER BY e.ulid LIMIT ?6"};

#undef TROUPE_ENTRY_COLUMNS

constexpr command read_document{
  "read a result",
  "SELECT document FROM features WHERE content = ?1 AND recipe = ?2"};
constexpr command read_vector{
  "read a vector", "SELECT s.name, v.dim FROM vectors v JOIN spaces s"
                   " ON s.id = v.space WHERE v.content = ?1 AND v.recipe = ?2"};
constexpr command read_reason{
  "read a failure",
  "SELECT message FROM jobs WHERE content = ?1 AND recipe = ?2"};
constexpr command list_known{
  "list known files",
  "SELECT path, bytes, mtime_ns, id, missing_since_us IS NOT NULL"
  " FROM entries WHERE path >= ?1 AND path < ?2 ORDER BY path"};

query& bind_recipes(query& rows, const recipe_rows& recipes) {
  return rows.bind(recipes[1]).bind(recipes[2]).bind(recipes[3]);
}

entry_row entry_of(const query& rows) {
  entry_row row;
  row.id = entry_id{rows.integer(0)};
  row.ulid = rows.text(1);
  row.kind = static_cast<media_kind>(rows.integer(2));
  row.path = rows.text(3);
  row.key = rows.text(4);
  row.title = rows.text(5);
  row.stamp = {rows.integer(6), rows.integer(7)};
  row.hash = hash_of(rows.bytes(8));
  row.content = content_id{rows.integer(9)};
  row.state = static_cast<entry_state>(rows.integer(10));
  return row;
}

/// Adds the result, or the reason why there is none.
void complete(database& db, const recipe_rows& recipes, entry_row& row,
              bool with_document) {
  const auto content = number_of(row.content);
  const auto recipe = recipes.at(static_cast<std::size_t>(row.kind));
  if (row.state == entry_state::failed
      || row.state == entry_state::quarantined) {
    auto reason = db.use(read_reason);
    if (reason.bind(content).bind(recipe).row())
      row.message = reason.text(0);
  }
  if (with_document) {
    auto document = db.use(read_document);
    if (document.bind(content).bind(recipe).row())
      row.document = document.text(0);
  }
  auto vector = db.use(read_vector);
  if (vector.bind(content).bind(recipe).row()) {
    row.space = vector.text(0);
    row.dim = vector.integer(1);
  }
}

std::string hex_of(std::string_view bytes) {
  std::string text;
  for (const char c : bytes)
    text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::optional<std::string> bytes_of_hex(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9')
      return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0)
      return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  if (text.size() % 2 != 0)
    return std::nullopt;
  return bytes;
}

/// Where a page begins: after `path`, or among the texts after `text_id`.
/// Written as "p" and the path in hexadecimal, or "t" and a number.
struct page_start {
  bool texts = false;
  std::string path;
  std::int64_t text_id = 0;
};

std::optional<page_start> parse_cursor(std::string_view cursor) {
  page_start start;
  if (cursor.empty())
    return start;
  if (cursor.front() == 'p') {
    auto path = bytes_of_hex(cursor.substr(1));
    if (!path)
      return std::nullopt;
    // The least path after it.
    start.path = *path + '\0';
    return start;
  }
  const auto digits = cursor.substr(1);
  if (cursor.front() != 't' || digits.empty() || digits.size() > 18
      || digits.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  start.texts = true;
  start.text_id = std::stoll(std::string{digits});
  return start;
}

std::string cursor_after(const entry_row& row) {
  return row.path.empty() ? "t" + std::to_string(number_of(row.id))
                          : "p" + hex_of(row.path);
}

void bind_filters(query& rows, const entry_query& wanted) {
  if (wanted.kind)
    rows.bind(number_of(*wanted.kind));
  else
    rows.bind_null();
  if (wanted.state)
    rows.bind(number_of(*wanted.state));
  else
    rows.bind_null();
}

std::optional<entry_row> single(database& db, const command& text,
                                const recipe_rows& recipes,
                                const std::string& value, bool blob) {
  auto rows = db.use(text);
  bind_recipes(rows, recipes);
  if (blob)
    rows.bind_blob(value);
  else
    rows.bind_text(value);
  if (!rows.row())
    return std::nullopt;
  return entry_of(rows);
}

} // namespace

std::vector<path_range> ranges_under(const std::string& folder) {
  // '0' follows '/' in byte order.
  if (folder.empty() || folder == "/")
    return {{"/", "0"}};
  return {{folder, folder + '\0'}, {folder + '/', folder + '0'}};
}

entry_page read_entries(database& db, const recipe_rows& recipes,
                        const entry_query& wanted) {
  const auto start = parse_cursor(wanted.cursor);
  if (!start) {
    db.fail({errc::invalid_argument,
             fmt::format("list: {} is no cursor; take it from `next` of the "
                         "page before",
                         wanted.cursor)});
    return {};
  }
  // One more than asked for tells whether there is a next page.
  const auto limit = std::max<std::int64_t>(wanted.limit, 1);
  std::vector<entry_row> found;
  const auto missing_rows = [&] {
    return limit + 1 - static_cast<std::int64_t>(found.size());
  };
  if (!start->texts) {
    for (const auto& range : ranges_under(wanted.under)) {
      auto rows = db.use(list_paths);
      const auto& first = std::max(range.first, start->path);
      bind_recipes(rows, recipes).bind_blob(first).bind_blob(range.end);
      bind_filters(rows, wanted);
      rows.bind(missing_rows());
      while (rows.row())
        found.push_back(entry_of(rows));
    }
  }
  if (wanted.under.empty()) {
    auto rows = db.use(list_texts);
    bind_recipes(rows, recipes).bind(start->text_id);
    bind_filters(rows, wanted);
    rows.bind(missing_rows());
    while (rows.row())
      found.push_back(entry_of(rows));
  }
  entry_page page;
  const bool more = static_cast<std::int64_t>(found.size()) > limit;
  if (more)
    found.pop_back();
  for (auto& entry : found) {
    complete(db, recipes, entry, wanted.with_documents);
    page.rows.push_back(std::move(entry));
  }
  if (more)
    page.next = cursor_after(page.rows.back());
  return page;
}

entry_row read_entry_at(database& db, const recipe_rows& recipes,
                        const std::string& path) {
  auto found = single(db, find_at, recipes, path, true);
  if (!found) {
    db.fail({errc::not_found, fmt::format("{}: not in the library; add it with "
                                          "`troupe index`",
                                          path)});
    return {};
  }
  complete(db, recipes, *found, true);
  return std::move(*found);
}

entry_row read_entry_named(database& db, const recipe_rows& recipes,
                           const std::string& word) {
  auto keyed = single(db, find_key, recipes, word, false);
  if (keyed) {
    complete(db, recipes, *keyed, true);
    return std::move(*keyed);
  }
  std::vector<entry_row> matches;
  if (const auto prefix = normalized_ulid_prefix(word)) {
    auto rows = db.use(find_prefix);
    const auto end = *prefix + '~';
    bind_recipes(rows, recipes).bind_text(*prefix).bind_text(end);
    rows.bind(static_cast<std::int64_t>(matches_listed_max) + 1);
    while (rows.row())
      matches.push_back(entry_of(rows));
  }
  if (matches.empty()) {
    db.fail(
      {errc::not_found,
       fmt::format("{}: no such file, id or key; see `troupe list`", word)});
    return {};
  }
  if (matches.size() > 1) {
    std::string listed;
    for (std::size_t i = 0; i < std::min(matches.size(), matches_listed_max);
         ++i)
      listed += fmt::format("\n  {}  {}", matches[i].ulid, matches[i].path);
    const bool more = matches.size() > matches_listed_max;
    db.fail({errc::invalid_argument,
             fmt::format("{}: several ids begin so; give more of it:{}{}", word,
                         listed, more ? "\n  ..." : "")});
    return {};
  }
  complete(db, recipes, matches.front(), true);
  return std::move(matches.front());
}

std::vector<entry_row> read_entries_of(database& db, const recipe_rows& recipes,
                                       content_id content) {
  std::vector<entry_row> found;
  auto rows = db.use(list_copies);
  bind_recipes(rows, recipes).bind(number_of(content));
  while (rows.row())
    found.push_back(entry_of(rows));
  for (auto& entry : found)
    complete(db, recipes, entry, true);
  return found;
}

std::vector<known_file>
read_known_files(database& db, const std::vector<std::string>& roots) {
  std::vector<known_file> files;
  auto sorted = roots;
  std::sort(sorted.begin(), sorted.end());
  // A root inside another one would list its files twice.
  std::string covered;
  for (const auto& root : sorted) {
    const bool inside =
      !covered.empty()
      && (covered == "/" || root == covered || root.starts_with(covered + '/'));
    if (root.empty() || inside)
      continue;
    covered = root;
    for (const auto& range : ranges_under(root)) {
      auto rows = db.use(list_known);
      rows.bind_blob(range.first).bind_blob(range.end);
      while (rows.row()) {
        const auto digest = digest_path(rows.bytes(0));
        files.push_back({digest.high,
                         digest.low,
                         {rows.integer(1), rows.integer(2)},
                         entry_id{rows.integer(3)},
                         rows.integer(4) != 0});
      }
    }
  }
  return files;
}

} // namespace troupe::io::sqlite
