#include "io/sqlite/sqlite_jobs.hpp"

#include <algorithm>

namespace troupe::io::sqlite {

namespace {

constexpr command raise_epoch{
  "start an epoch", "INSERT INTO meta(key, value) VALUES('epoch', 1)"
                    " ON CONFLICT(key) DO UPDATE SET value = value + 1"};
constexpr command read_epoch{"read the epoch",
                             "SELECT value FROM meta WHERE key = 'epoch'"};
constexpr command list_orphans{
  "list the jobs left running",
  "SELECT j.id, j.claim, c.sha256, j.attempts_charged, j.interruptions,"
  " j.alone_deaths, j.alone, j.crashes, j.claimed_us, j.decoder, j.recipe"
  " FROM jobs j JOIN contents c ON c.id = j.content WHERE j.state <> 1 AND "
  "j.state <> 4 AND j.state = 2"
  " ORDER BY j.id"};
constexpr command look_at_orphan{
  "look at a job left running",
  "SELECT attempts_charged, claimed_us, priority, recipe, content FROM jobs"
  " WHERE id = ?1 AND state = 2 AND claim = ?2"};
constexpr command settle_one{
  "requeue a job left running",
  "UPDATE jobs SET state = ?2, attempts_charged = attempts_charged + ?3,"
  " alone = ?4, interruptions = ?5, alone_deaths = ?6, crashes = ?7,"
  " decoder = ?8, rank = ?9, why = ?10, message = ?11, not_before_us = 0,"
  " updated_us = ?12 WHERE id = ?1"};
constexpr command insert_attempt{
  "record an interrupted attempt",
  "INSERT INTO attempts VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, '', '', ?8)"};
constexpr command list_running{"list running jobs",
                               "SELECT id, claim FROM jobs WHERE state <> 1"
                               " AND state <> 4 AND state = 2"
                               " AND owner_epoch = ?1"};
constexpr command make_due_ready{
  "wake due jobs",
  "UPDATE jobs SET state = 1, rank = not_before_us - priority * ?2,"
  " updated_us = ?1 WHERE state <> 1 AND state <> 4 AND state IN (0, 3) AND "
  "not_before_us <= ?1"};
constexpr command count_ready{
  "count ready jobs",
  "SELECT count(*) FROM jobs WHERE state = 1 AND alone = ?2 AND kind = ?1"};
constexpr command count_running{
  "count running jobs",
  "SELECT count(*) FROM jobs WHERE state <> 1 AND state <> 4 AND state = 2"
  " AND kind = ?1"};
constexpr command count_waiting{
  "count waiting jobs",
  "SELECT count(*), min(not_before_us) FROM jobs WHERE state <> 1"
  " AND state <> 4 AND state IN (0, 3) AND kind = ?1"};
constexpr command any_suspect{
  "look for suspects",
  "SELECT 1 FROM jobs WHERE state = 1 AND alone = 1 LIMIT 1"};

constexpr std::size_t message_bytes_max = 4096;

void settle_orphan(store_context& store, const orphan_verdict& verdict,
                   std::int64_t now_us) {
  std::int64_t number = 0;
  std::int64_t claimed_us = 0;
  std::int64_t rank = 0;
  std::int64_t content = 0;
  std::string_view decoder;
  {
    auto job = store.db.use(look_at_orphan);
    if (!job.bind(number_of(verdict.key.job)).bind(verdict.key.claim).row())
      return;
    number = job.integer(0) + 1;
    claimed_us = job.integer(1);
    rank = store.rank(now_us, job.integer(2));
    content = job.integer(4);
    if (const auto* known = store.recipe_with_id(job.integer(3));
        known != nullptr)
      decoder = known->text.decoder;
  }
  const bool blamed =
    verdict.crashes > 0 || verdict.next == job_state::quarantined;
  const auto message = cut_text(verdict.message, message_bytes_max);
  store.db.use(settle_one)
    .bind(number_of(verdict.key.job))
    .bind(number_of(verdict.next))
    .bind(verdict.charged ? 1 : 0)
    .bind(verdict.alone ? 1 : 0)
    .bind(verdict.interruptions)
    .bind(verdict.alone_deaths)
    .bind(verdict.crashes)
    .bind_text(blamed ? decoder : std::string_view{})
    .bind(rank)
    .bind(number_of(verdict.why))
    .bind_text(message)
    .bind(now_us)
    .run();
  const auto outcome =
    verdict.charged ? attempt_outcome::failed : attempt_outcome::interrupted;
  store.db.use(insert_attempt)
    .bind(number_of(verdict.key.job))
    .bind(verdict.key.claim)
    .bind(number)
    .bind(claimed_us)
    .bind(now_us)
    .bind(number_of(outcome))
    .bind(number_of(verdict.why))
    .bind_text(message)
    .run();
  if (is_live(verdict.next))
    abandon_jobs(store, content, now_us);
}

} // namespace

epoch_start start_epoch(store_context& store, std::int64_t now_us) {
  epoch_start start;
  store.db.use(raise_epoch).run();
  start.epoch = store.db.number(read_epoch);
  auto rows = store.db.use(list_orphans);
  while (rows.row()) {
    auto& orphan = start.orphans.emplace_back();
    orphan.key = {job_id{rows.integer(0)}, rows.integer(1)};
    orphan.hash = hash_of(rows.bytes(2));
    orphan.attempts_charged = static_cast<int>(rows.integer(3));
    orphan.interruptions = static_cast<int>(rows.integer(4));
    orphan.alone_deaths = static_cast<int>(rows.integer(5));
    orphan.alone = rows.integer(6) != 0;
    orphan.claimed_us = rows.integer(8);
    // Crashes of another decoder do not count against the present one.
    const auto* known = store.recipe_with_id(rows.integer(10));
    if (known == nullptr || known->text.decoder == rows.bytes(9))
      orphan.crashes = static_cast<int>(rows.integer(7));
  }
  refresh_recipes(store, now_us);
  return start;
}

void settle_orphans(store_context& store,
                    std::span<const orphan_verdict> verdicts,
                    std::int64_t now_us) {
  for (const auto& verdict : verdicts)
    settle_orphan(store, verdict, now_us);
  // One that was left running may be of a version that is no more.
  refresh_recipes(store, now_us);
}

std::vector<claim_key> running_jobs(store_context& store, std::int64_t epoch) {
  std::vector<claim_key> keys;
  auto rows = store.db.use(list_running);
  rows.bind(epoch);
  while (rows.row())
    keys.push_back({job_id{rows.integer(0)}, rows.integer(1)});
  return keys;
}

bool suspects_ready(store_context& store) {
  return store.db.use(any_suspect).row();
}

backlog wake_jobs(store_context& store, std::span<const job_kind> kinds,
                  std::int64_t now_us) {
  store.db.use(make_due_ready).bind(now_us).bind(store.aging_us).run();
  backlog found;
  for (const auto kind : kinds) {
    for (const std::int64_t alone : {0, 1}) {
      auto ready = store.db.use(count_ready);
      if (ready.bind(number_of(kind)).bind(alone).row())
        found.ready += ready.integer(0);
    }
    auto running = store.db.use(count_running);
    if (running.bind(number_of(kind)).row())
      found.running += running.integer(0);
    auto waiting = store.db.use(count_waiting);
    if (!waiting.bind(number_of(kind)).row() || waiting.integer(0) == 0)
      continue;
    found.waiting += waiting.integer(0);
    const auto due = waiting.integer(1);
    found.next_due_us =
      found.next_due_us == 0 ? due : std::min(found.next_due_us, due);
  }
  return found;
}

} // namespace troupe::io::sqlite
