#include "io/sqlite/serving/sqlite_requests.hpp"

namespace troupe::io::sqlite {

namespace {

constexpr command insert_request{
  "note a request",
  "INSERT INTO requests(id, body, received_us) VALUES(?1, ?2, ?3)"
  " ON CONFLICT(id) DO NOTHING"};
constexpr command find_request{"find a request",
                               "SELECT body, coalesce(reply, '') FROM requests"
                               " WHERE id = ?1"};
// The first answer stays: everybody gets the same.
constexpr command put_answer{"answer a request",
                             "UPDATE requests SET reply = ?2, answered_us = ?3"
                             " WHERE id = ?1 AND reply IS NULL"};
constexpr command delete_answered{
  "prune requests", "DELETE FROM requests WHERE answered_us < ?1"};

} // namespace

request_standing note_request(store_context& store, const request_note& note,
                              std::int64_t now_us) {
  request_standing standing;
  auto found = store.db.use(find_request);
  found.bind_text(note.id);
  if (found.row()) {
    standing.known = true;
    standing.clashes = hash_of(found.text(0)) != note.body;
    standing.reply = found.text(1);
    return standing;
  }
  store.db.use(insert_request)
    .bind_text(note.id)
    .bind_blob(bytes_of(note.body))
    .bind(now_us)
    .run();
  return standing;
}

void answer_request(store_context& store, const std::string& id,
                    const std::string& reply, std::int64_t now_us) {
  store.db.use(put_answer).bind_text(id).bind_text(reply).bind(now_us).run();
}

void prune_requests(store_context& store, std::int64_t before_us) {
  store.db.use(delete_answered).bind(before_us).run();
}

} // namespace troupe::io::sqlite
