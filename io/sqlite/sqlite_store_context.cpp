#include "io/sqlite/sqlite_store_context.hpp"

namespace troupe::io::sqlite {

namespace {

constexpr command insert_audit{
  "write an audit row",
  "INSERT INTO audit(at_us, actor, action, target, detail, affected)"
  " VALUES(?1, ?2, ?3, ?4, ?5, ?6)"};

constexpr command find_last_ids{
  "read the last ids",
  "SELECT"
  " max(ifnull((SELECT max(id) FROM contents), 0),"
  "  ifnull((SELECT value FROM meta WHERE key = 'last_content'), 0)),"
  " max(ifnull((SELECT max(id) FROM entries), 0),"
  "  ifnull((SELECT value FROM meta WHERE key = 'last_entry'), 0)),"
  " max(ifnull((SELECT max(id) FROM jobs), 0),"
  "  ifnull((SELECT value FROM meta WHERE key = 'last_job'), 0)),"
  " max(ifnull((SELECT max(seq) FROM vectors), 0),"
  "  ifnull((SELECT value FROM meta WHERE key = 'last_vector'), 0)),"
  " max(ifnull((SELECT max(seq) FROM fingerprints), 0),"
  "  ifnull((SELECT value FROM meta WHERE key = 'last_fingerprint'), 0))"};
constexpr command put_last_ids{
  "keep the last ids",
  "INSERT INTO meta(key, value) VALUES('last_content', ?1), ('last_entry', ?2),"
  " ('last_job', ?3), ('last_vector', ?4), ('last_fingerprint', ?5)"
  " ON CONFLICT(key) DO UPDATE SET value = excluded.value"};

} // namespace

row_ids read_last_ids(database& db) {
  auto found = db.use(find_last_ids);
  if (!found.row())
    return {};
  return {found.integer(0), found.integer(1), found.integer(2),
          found.integer(3), found.integer(4)};
}

void keep_last_ids(store_context& store) {
  const auto& last = store.last_ids;
  store.db.use(put_last_ids)
    .bind(last.content)
    .bind(last.entry)
    .bind(last.job)
    .bind(last.vector)
    .bind(last.fingerprint)
    .run();
}

std::string_view cut_text(std::string_view text,
                          std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max)
    return text;
  // Bytes 10xxxxxx continue a character.
  while (bytes_max > 0
         && (static_cast<unsigned char>(text[bytes_max]) & 0xc0U) == 0x80U)
    --bytes_max;
  return text.substr(0, bytes_max);
}

std::string bytes_of_hex(std::string_view digits) {
  const auto value = [](char x) {
    return x <= '9' ? x - '0' : x - 'a' + 10;
  };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1]));
  return bytes;
}

void write_audit(database& db, std::int64_t now_us, const audit_note& note,
                 std::int64_t affected) {
  db.use(insert_audit)
    .bind(now_us)
    .bind_text(note.actor)
    .bind_text(note.action)
    .bind_text(note.target)
    .bind_text(note.detail)
    .bind(affected)
    .run();
}

} // namespace troupe::io::sqlite
