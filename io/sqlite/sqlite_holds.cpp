#include "io/sqlite/sqlite_holds.hpp"

#include "io/sqlite/sqlite_store_context.hpp"

namespace troupe::io::sqlite {

namespace {

constexpr command list_pauses{
  "list pauses",
  "SELECT scope, kind, owner, reason, since_us, until_us FROM pauses"
  " ORDER BY since_us, owner, scope, kind"};
constexpr command find_import{
  "find the import",
  "SELECT token, owner, begun_us, until_us, ended_us FROM imports"};
constexpr command list_scales{"list saved scales",
                              "SELECT pool, slots FROM scales ORDER BY pool"};
constexpr command read_revision{"read the revision of what is held",
                                "SELECT value FROM meta WHERE key = 'held'"};
constexpr command put_revision{
  "store the revision of what is held",
  "INSERT INTO meta(key, value) VALUES('held', ?1)"
  " ON CONFLICT(key) DO UPDATE SET value = excluded.value"};
constexpr command clear_pauses{"clear pauses", "DELETE FROM pauses"};
constexpr command clear_scales{"clear saved scales", "DELETE FROM scales"};
constexpr command insert_pause{
  "store a pause", "INSERT INTO pauses VALUES(?1, ?2, ?3, ?4, ?5, ?6)"};
constexpr command insert_scale{"store a scale",
                               "INSERT INTO scales VALUES(?1, ?2)"};
constexpr command put_import{
  "store the import",
  "INSERT OR REPLACE INTO imports VALUES(1, ?1, ?2, ?3, ?4, ?5)"};

} // namespace

held_state read_held(database& db) {
  held_state held;
  held.revision = db.number(read_revision);
  auto pauses = db.use(list_pauses);
  while (pauses.row())
    held.pauses.push_back({{static_cast<pause_scope>(pauses.integer(0)),
                            static_cast<job_kind>(pauses.integer(1))},
                           pauses.text(2),
                           pauses.text(3),
                           pauses.integer(4),
                           pauses.integer(5)});
  auto import = db.use(find_import);
  if (import.row())
    held.import = {import.text(0), import.text(1), import.integer(2),
                   import.integer(3), import.integer(4)};
  auto scales = db.use(list_scales);
  while (scales.row())
    held.scales.push_back(
      {scales.text(0), static_cast<int>(scales.integer(1))});
  return held;
}

void write_held(database& db, const held_state& held) {
  db.use(put_revision).bind(held.revision).run();
  db.use(clear_pauses).run();
  for (const auto& x : held.pauses) {
    const bool one = x.target.scope == pause_scope::one_kind;
    db.use(insert_pause)
      .bind(number_of(x.target.scope))
      .bind(one ? number_of(x.target.kind) : 0)
      .bind_text(x.owner)
      .bind_text(x.reason)
      .bind(x.since_us)
      .bind(x.until_us)
      .run();
  }
  if (!held.import.token.empty())
    db.use(put_import)
      .bind_text(held.import.token)
      .bind_text(held.import.owner)
      .bind(held.import.begun_us)
      .bind(held.import.until_us)
      .bind(held.import.ended_us)
      .run();
  db.use(clear_scales).run();
  for (const auto& x : held.scales)
    db.use(insert_scale).bind_text(x.pool).bind(x.slots).run();
}

} // namespace troupe::io::sqlite
