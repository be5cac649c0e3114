#include "io/sqlite/sqlite_jobs.hpp"

#include <bit>
#include <cstring>

namespace troupe::io::sqlite {

namespace {

/// Longest stored message.
constexpr std::size_t message_bytes_max = 4096;

// -- queueing -----------------------------------------------------------------

constexpr command find_job{"find a job",
                           "SELECT id, state, why, priority FROM jobs"
                           " WHERE content = ?1 AND recipe = ?2"};
constexpr command find_features{
  "find a result", "SELECT 1 FROM features WHERE content = ?1 AND recipe = ?2"};
constexpr command insert_job{
  "queue a job",
  "INSERT INTO jobs(kind, state, priority, rank, content, recipe, created_us,"
  " updated_us, ulid, id) VALUES(?1, 1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8)"};
constexpr command requeue_job{
  "queue a job again",
  "UPDATE jobs SET state = 1, rank = ?2, attempts_charged = 0,"
  " not_before_us = 0, why = 0, message = '', updated_us = ?3 WHERE id = ?1"};
constexpr command abandon{
  "cancel the jobs of absent content",
  "UPDATE jobs SET state = 6, why = 0,"
  " message = 'no present entry has this content', updated_us = ?2"
  " WHERE content = ?1 AND recipe IS NOT NULL AND state IN (0, 1, 3)"
  " AND NOT EXISTS(SELECT 1 FROM entries e WHERE e.content = ?1"
  "  AND e.missing_since_us IS NULL)"};

// -- recipes ------------------------------------------------------------------

constexpr command end_other_versions{
  "cancel jobs of another version",
  "UPDATE jobs SET state = 6, why = 6, message = 'another version replaced it',"
  " updated_us = ?3 WHERE state IN (0, 1, 3) AND kind = ?1 AND recipe <> ?2"};
constexpr command release_quarantine{
  "release quarantine under another decoder",
  "UPDATE jobs SET state = 1, rank = ?4 - priority * ?5, attempts_charged = 0,"
  " interruptions = 0, alone = 0, alone_deaths = 0, crashes = 0, decoder = '',"
  " why = 0, message = '', updated_us = ?4"
  " WHERE state <> 1 AND state <> 4 AND state = 7 AND kind = ?1 AND recipe = "
  "?2 AND decoder <> ?3"};

// -- claims -------------------------------------------------------------------

constexpr command choose_ready{
  "choose ready jobs",
  "SELECT j.id, j.claim, j.ulid, j.priority, j.attempts_charged, j.content,"
  " c.sha256, ifnull(e.bytes, c.bytes), e.path, e.mtime_ns, j.params,"
  " (SELECT t.body FROM texts t WHERE t.content = j.content"
  "  AND e.path IS NULL)"
  " FROM jobs j JOIN contents c ON c.id = j.content"
  " LEFT JOIN entries e ON e.id = (SELECT p.id FROM entries p"
  "  WHERE p.content = j.content AND p.missing_since_us IS NULL"
  "  AND p.path IS NOT NULL LIMIT 1)"
  " WHERE j.state = 1 AND j.alone = ?1 AND j.kind = ?2"
  " ORDER BY j.rank LIMIT ?3"};
constexpr command take{
  "claim a job", "UPDATE jobs SET state = 2, claim = ?2, owner_epoch = ?3,"
                 " claimed_us = ?4, updated_us = ?4 WHERE id = ?1"};

// -- ends ---------------------------------------------------------------------

constexpr command look_at{
  "look at a claimed job",
  "SELECT state, claim, owner_epoch, content, recipe, ulid, kind, priority,"
  " attempts_charged, crashes FROM jobs WHERE id = ?1"};
constexpr command find_attempt{
  "look up an attempt",
  "SELECT outcome FROM attempts WHERE job = ?1 AND claim = ?2"};
constexpr command finish{
  "finish a job",
  "UPDATE jobs SET state = 4, attempts_charged = ?2, why = 0, message = '',"
  " updated_us = ?3"
  " WHERE id = ?1 AND state = 2 AND claim = ?4 AND owner_epoch = ?5"};
constexpr command put_back{
  "end an attempt",
  "UPDATE jobs SET state = ?4, attempts_charged = attempts_charged + ?5,"
  " interruptions = interruptions + ?6, alone = max(alone, ?7),"
  " crashes = ?8, decoder = ?9, not_before_us = ?10, rank = ?11, why = ?12,"
  " message = ?13, updated_us = ?14"
  " WHERE id = ?1 AND state = 2 AND claim = ?2 AND owner_epoch = ?3"};
constexpr command insert_attempt{
  "record an attempt", "INSERT INTO attempts VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7,"
                       " ?8, ?9, ?10)"};
constexpr command store_features{
  "store a result",
  "INSERT INTO features(recipe, content, document, created_us)"
  " VALUES(?1, ?2, ?3, ?4) ON CONFLICT(content, recipe) DO UPDATE"
  " SET document = excluded.document, created_us = excluded.created_us"};
constexpr command insert_space{
  "store a vector space",
  "INSERT INTO spaces(name) VALUES(?1) ON CONFLICT(name) DO NOTHING"};
constexpr command store_vector{
  "store a vector",
  "INSERT OR REPLACE INTO vectors(content, recipe, space, dim, data, seq)"
  " VALUES(?1, ?2, (SELECT id FROM spaces WHERE name = ?3), ?4, ?5, ?6)"};
constexpr command insert_method{
  "store a way of fingerprinting",
  "INSERT INTO fingerprint_methods(name) VALUES(?1)"
  " ON CONFLICT(name) DO NOTHING"};
constexpr command store_fingerprint{
  "store a fingerprint",
  "INSERT OR REPLACE INTO fingerprints(content, recipe, method, data, seq)"
  " VALUES(?1, ?2, (SELECT id FROM fingerprint_methods WHERE name = ?3),"
  " ?4, ?5)"};

constexpr command forget_words{"forget the words of a content",
                               "DELETE FROM content_words WHERE rowid = ?1"};
constexpr command store_words{
  "store the words of a result",
  "INSERT INTO content_words(rowid, tags, body) SELECT ?1, CASE"
  " WHEN json_valid(?2) THEN coalesce(json_extract(?2, '$.tags.title'), '')"
  " || ' ' || coalesce(json_extract(?2, '$.tags.artist'), '')"
  " || ' ' || coalesce(json_extract(?2, '$.tags.album'), '')"
  " || ' ' || coalesce(json_extract(?2, '$.tags.genre'), '') ELSE '' END, ?3"
  " WHERE ?3 <> '' OR (json_valid(?2)"
  "  AND json_extract(?2, '$.tags') IS NOT NULL)"};

/// The fenced part of a job's row.
struct held_job {
  std::int64_t content = 0;
  std::int64_t recipe = 0;
  std::string ulid;
  job_kind kind = job_kind::index;
  std::int64_t priority = 0;
  std::int64_t attempts_charged = 0;
  std::int64_t crashes = 0;
};

/// The job, if it still runs under that claim of that epoch.
std::optional<held_job> held_under(store_context& store, const claim_key& key,
                                   std::int64_t epoch) {
  auto look = store.db.use(look_at);
  look.bind(number_of(key.job));
  if (!look.row() || look.integer(0) != number_of(job_state::running)
      || look.integer(1) != key.claim || look.integer(2) != epoch)
    return std::nullopt;
  return held_job{look.integer(3), look.integer(4),
                  look.text(5),    static_cast<job_kind>(look.integer(6)),
                  look.integer(7), look.integer(8),
                  look.integer(9)};
}

/// What to reply for an end whose claim is no longer held.
end_verdict verdict_of_late(store_context& store, const attempt_end& end) {
  auto known = store.db.use(find_attempt);
  known.bind(number_of(end.key.job)).bind(end.key.claim);
  const bool same = known.row() && known.integer(0) == number_of(end.outcome);
  return same ? end_verdict::duplicate : end_verdict::refused;
}

void write_attempt(store_context& store, const attempt_end& end,
                   std::int64_t number) {
  store.db.use(insert_attempt)
    .bind(number_of(end.key.job))
    .bind(end.key.claim)
    .bind(number)
    .bind(end.started_us)
    .bind(end.ended_us)
    .bind(number_of(end.outcome))
    .bind(number_of(end.why))
    .bind_text(end.worker)
    .bind_text(end.stage)
    .bind_text(cut_text(end.message, message_bytes_max))
    .run();
}

/// Little-endian bytes of 32-bit values.
template <class Word>
std::string encode_words(const std::vector<Word>& values) {
  static_assert(sizeof(Word) == sizeof(std::uint32_t));
  std::string data(values.size() * sizeof(Word), '\0');
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto bits = std::bit_cast<std::uint32_t>(values[i]);
    for (std::size_t b = 0; b < sizeof(Word); ++b, bits >>= 8U)
      data[i * sizeof(Word) + b] = static_cast<char>(bits & 0xffU);
  }
  return data;
}

void write_vector(store_context& store, const held_job& job,
                  const job_output& output) {
  const auto data = encode_words(output.vector);
  store.db.use(insert_space).bind_text(output.space).run();
  store.db.use(store_vector)
    .bind(job.content)
    .bind(job.recipe)
    .bind_text(output.space)
    .bind(static_cast<std::int64_t>(output.vector.size()))
    .bind_blob(data)
    .bind(++store.last_ids.vector)
    .run();
}

void write_fingerprint(store_context& store, const held_job& job,
                       const job_output& output) {
  const auto data = encode_words(output.fingerprint);
  store.db.use(insert_method).bind_text(output.fingerprint_method).run();
  store.db.use(store_fingerprint)
    .bind(job.content)
    .bind(job.recipe)
    .bind_text(output.fingerprint_method)
    .bind_blob(data)
    .bind(++store.last_ids.fingerprint)
    .run();
}

void write_words(store_context& store, const held_job& job,
                 const job_output& output) {
  store.db.use(forget_words).bind(job.content).run();
  store.db.use(store_words)
    .bind(job.content)
    .bind_text(output.document)
    .bind_text(output.body)
    .run();
}

void write_output(store_context& store, const held_job& job,
                  const job_output& output, std::int64_t now_us) {
  store.db.use(store_features)
    .bind(job.recipe)
    .bind(job.content)
    .bind_text(output.document)
    .bind(now_us)
    .run();
  if (!output.vector.empty())
    write_vector(store, job, output);
  if (!output.fingerprint.empty())
    write_fingerprint(store, job, output);
  write_words(store, job, output);
}

void finish_job(store_context& store, const attempt_end& end,
                const held_job& job, std::int64_t epoch, std::int64_t now_us) {
  store.db.use(finish)
    .bind(number_of(end.key.job))
    .bind(job.attempts_charged + (end.charged ? 1 : 0))
    .bind(now_us)
    .bind(end.key.claim)
    .bind(epoch)
    .run();
  if (end.output && job.recipe != 0)
    write_output(store, job, *end.output, now_us);
  write_audit(
    store.db, now_us,
    {end.worker, "result", job.ulid, std::string{to_string(job.kind)}}, 1);
}

void put_job_back(store_context& store, const attempt_end& end,
                  const held_job& job, std::int64_t epoch,
                  std::int64_t now_us) {
  const auto* known = store.recipe_with_id(job.recipe);
  const bool blamed =
    end.why == error_class::crash || end.next == job_state::quarantined;
  const std::string_view decoder =
    known == nullptr ? std::string_view{} : known->text.decoder;
  const auto ready_us =
    end.next == job_state::retry ? end.not_before_us : now_us;
  store.db.use(put_back)
    .bind(number_of(end.key.job))
    .bind(end.key.claim)
    .bind(epoch)
    .bind(number_of(end.next))
    .bind(end.charged ? 1 : 0)
    .bind(end.interrupted ? 1 : 0)
    .bind(end.alone ? 1 : 0)
    .bind(job.crashes + (blamed ? 1 : 0))
    .bind_text(blamed ? decoder : std::string_view{})
    .bind(end.not_before_us)
    .bind(store.rank(ready_us, job.priority))
    .bind(number_of(end.why))
    .bind_text(cut_text(end.message, message_bytes_max))
    .bind(now_us)
    .run();
  if (is_live(end.next))
    abandon_jobs(store, job.content, now_us);
}

} // namespace

// -- queueing -----------------------------------------------------------------

bool ensure_job(store_context& store, std::int64_t content, media_kind media,
                std::int64_t now_us) {
  const auto* known = store.recipe_of(media);
  if (known == nullptr)
    return false;
  auto present = store.db.use(find_features);
  if (present.bind(content).bind(known->id).row())
    return false;
  auto job = store.db.use(find_job);
  if (job.bind(content).bind(known->id).row()) {
    const auto state = static_cast<job_state>(job.integer(1));
    const bool abandoned = state == job_state::cancelled && job.integer(2) == 0;
    if (!abandoned && state != job_state::done)
      return false;
    store.db.use(requeue_job)
      .bind(job.integer(0))
      .bind(store.rank(now_us, job.integer(3)))
      .bind(now_us)
      .run();
    return !store.db.failed();
  }
  return queue_new_job(store, content, *known, now_us);
}

bool queue_new_job(store_context& store, std::int64_t content,
                   const known_recipe& known, std::int64_t now_us) {
  const auto public_id = store.next_ulid(now_us);
  store.db.use(insert_job)
    .bind(number_of(known.text.kind))
    .bind(coverage_priority)
    .bind(store.rank(now_us, coverage_priority))
    .bind(content)
    .bind(known.id)
    .bind(now_us)
    .bind_text(public_id)
    .bind(++store.last_ids.job)
    .run();
  return !store.db.failed();
}

void abandon_jobs(store_context& store, std::int64_t content,
                  std::int64_t now_us) {
  store.db.use(abandon).bind(content).bind(now_us).run();
}

void refresh_recipes(store_context& store, std::int64_t now_us) {
  for (const auto& known : store.recipes) {
    store.db.use(end_other_versions)
      .bind(number_of(known.text.kind))
      .bind(known.id)
      .bind(now_us)
      .run();
    store.db.use(release_quarantine)
      .bind(number_of(known.text.kind))
      .bind(known.id)
      .bind_text(known.text.decoder)
      .bind(now_us)
      .bind(store.aging_us)
      .run();
  }
}

// -- work ---------------------------------------------------------------------

end_verdict apply_end(store_context& store, const attempt_end& end,
                      std::int64_t epoch, std::int64_t now_us) {
  const auto job = held_under(store, end.key, epoch);
  if (!job)
    return verdict_of_late(store, end);
  if (end.next == job_state::done)
    finish_job(store, end, *job, epoch, now_us);
  else
    put_job_back(store, end, *job, epoch, now_us);
  write_attempt(store, end, job->attempts_charged + 1);
  return end_verdict::accepted;
}

void claim_jobs(store_context& store, const claim_order& order,
                std::int64_t epoch, std::int64_t now_us,
                std::vector<claimed_job>& claimed) {
  const auto first = claimed.size();
  {
    auto chosen = store.db.use(choose_ready);
    chosen.bind(order.alone ? 1 : 0)
      .bind(number_of(order.kind))
      .bind(order.count);
    while (chosen.row()) {
      auto& job = claimed.emplace_back();
      job.key = {job_id{chosen.integer(0)}, chosen.integer(1) + 1};
      job.ulid = chosen.text(2);
      job.kind = order.kind;
      job.priority = static_cast<int>(chosen.integer(3));
      job.attempts_charged = static_cast<int>(chosen.integer(4));
      job.alone = order.alone;
      job.content = content_id{chosen.integer(5)};
      job.hash = hash_of(chosen.bytes(6));
      job.stamp = {chosen.integer(7), chosen.integer(9)};
      job.path = chosen.text(8);
      job.params = chosen.text(10);
      job.text = chosen.text(11);
    }
  }
  for (auto i = first; i < claimed.size(); ++i)
    store.db.use(take)
      .bind(number_of(claimed[i].key.job))
      .bind(claimed[i].key.claim)
      .bind(epoch)
      .bind(now_us)
      .run();
}

} // namespace troupe::io::sqlite
