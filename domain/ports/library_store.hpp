#pragma once

#include "domain/jobs/hold_book.hpp"
#include "domain/jobs/job.hpp"
#include "domain/library/found_file.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

// -- intake -------------------------------------------------------------------

/// What became of a batch of found files.
struct record_report {
  /// Paths new to the library, or known with other content.
  std::int64_t entries_new = 0;
  std::int64_t entries_changed = 0;
  /// Known content that turned up at a new path while its old one is missing:
  /// the entry keeps its id.
  std::int64_t entries_moved = 0;
  /// Same path, same content: only the stamp was refreshed.
  std::int64_t entries_touched = 0;
  std::int64_t jobs_new = 0;
};

/// A text entry given on the command line.
struct text_entry {
  /// UTF-8.
  std::string text;
  std::string title;
  /// The user's own key; the same key with the same text is the same entry.
  std::string key;
  /// SHA-256 of `text`.
  content_hash hash{};
};

/// Entries that a complete walk did not meet.
struct sweep_request {
  std::vector<entry_id> vanished;
  /// Forget them instead of marking them missing.
  bool prune = false;
};

struct sweep_report {
  std::int64_t entries_missing = 0;
  /// Vanished entries whose content was newly recorded elsewhere: they took
  /// over the new path and kept their id; the new entry is gone.
  std::int64_t entries_moved = 0;
  std::int64_t entries_pruned = 0;
};

// -- work ---------------------------------------------------------------------

/// The end of one attempt, decided by the SUPERVISOR.
struct attempt_end {
  claim_key key;
  /// Which job it is, for those who wait for it; the store goes by `key`.
  std::string ulid = {};
  job_kind kind = job_kind::audio_analyze;
  content_hash hash{};
  /// done, retry, failed, cancelled, quarantined; ready = handed back.
  job_state next = job_state::done;
  attempt_outcome outcome = attempt_outcome::succeeded;
  error_class why = error_class::none;
  /// Counts against `attempts_max`.
  bool charged = true;
  /// Counts one more interruption (see suspicion.hpp).
  bool interrupted = false;
  /// Must run alone from now on.
  bool alone = false;
  /// Due time of `retry`.
  std::int64_t not_before_us = 0;
  std::int64_t started_us = 0;
  std::int64_t ended_us = 0;
  /// For example "analyzer-2".
  std::string worker;
  /// What it was doing: "open", "decode", "analyze", "store", …
  std::string stage;
  /// For a person; cut to 4,096 bytes by the store.
  std::string message;
  /// Present exactly when `next` is done.
  std::optional<job_output> output;
};

/// Asks for up to `count` jobs of one kind.
struct claim_order {
  job_kind kind = job_kind::audio_analyze;
  int count = 0;
  /// True: only jobs that must run alone; false: only the others.
  bool alone = false;
};

/// Ends of attempts and the next claims, in one transaction.
struct settle_request {
  std::int64_t epoch = 0;
  std::int64_t now_us = 0;
  std::vector<attempt_end> ends;
  std::vector<claim_order> claims;
};

/// What became of an `attempt_end`.
enum class end_verdict : std::uint8_t {
  /// Applied by this call.
  accepted,
  /// Already applied by an earlier call with the same key: a lost reply.
  duplicate,
  /// The job is no longer under that claim: a late result, thrown away.
  refused,
};

struct settle_report {
  /// One per `ends`, same order.
  std::vector<end_verdict> verdicts;
  std::vector<claimed_job> claimed;
  /// Jobs that must run alone are ready.
  bool suspects_ready = false;
};

/// A job that an earlier epoch left running.
struct orphan {
  claim_key key;
  content_hash hash{};
  int attempts_charged = 0;
  /// Times the process ended while it ran, nobody to blame.
  int interruptions = 0;
  /// Times the process ended while it ran alone.
  int alone_deaths = 0;
  bool alone = false;
  /// Crashes blamed on this content under the present decoder.
  int crashes = 0;
  std::int64_t claimed_us = 0;
};

/// What is to become of an orphan; decided by `suspicion`.
struct orphan_verdict {
  claim_key key;
  /// ready or quarantined.
  job_state next = job_state::ready;
  error_class why = error_class::none;
  bool charged = false;
  bool alone = false;
  int interruptions = 0;
  int alone_deaths = 0;
  int crashes = 0;
  std::string message;
};

struct epoch_start {
  /// Rises by one with every incarnation of the SUPERVISOR.
  std::int64_t epoch = 0;
  std::vector<orphan> orphans;
};

/// Jobs by whether and when they can run.
struct backlog {
  std::int64_t ready = 0;
  std::int64_t running = 0;
  /// In `retry` or `scheduled`.
  std::int64_t waiting = 0;
  /// Earliest due time of the waiting ones; 0 without any.
  std::int64_t next_due_us = 0;
};

// -- administration -----------------------------------------------------------

/// Which jobs a bulk verb concerns; an empty field does not restrict.
struct job_filter {
  /// Exact public id; a prefix is resolved before.
  std::string ulid;
  std::optional<job_state> state;
  std::optional<job_kind> kind;
  std::optional<error_class> why;
};

/// Who does it and what; becomes one audit row in the same transaction.
struct audit_note {
  /// For example "uid:1000" or "supervisor".
  std::string actor;
  std::string action;
  std::string target;
  std::string detail;
};

/// How long ended jobs and their history are kept.
struct retention_policy {
  /// Microseconds after the job's last change.
  std::int64_t done_us = 0;
  std::int64_t failed_us = 0;
};

/// What `prune` dropped.
struct prune_report {
  /// Done jobs, and failed or cancelled ones whose content no entry names.
  std::int64_t jobs = 0;
  /// Attempts of these and of jobs that had to stay.
  std::int64_t attempts = 0;
};

/// Contents let out of quarantine.
struct quarantine_release {
  /// Jobs that are ready again; 0: none was quarantined any more.
  std::int64_t released = 0;
  content_hash hash{};
};

/// A job that is still to run.
struct live_job {
  /// Public id.
  std::string ulid;
  job_kind kind = job_kind::audio_analyze;
  /// scheduled, ready or retry.
  job_state state = job_state::ready;
  /// Raw bytes; may be empty.
  std::string path;
};

/// Jobs of some kinds that are still to run or run.
struct live_jobs {
  /// Running ones included.
  std::int64_t total = 0;
  /// Some that do not run, in no order.
  std::vector<live_job> rows;
};

// -- requests from other programs ---------------------------------------------

/// A request, known by the key that its client chose.
struct request_note {
  std::string id;
  /// SHA-256 of what it asks.
  content_hash body{};
};

/// What is known of a request.
struct request_standing {
  /// It was noted before.
  bool known = false;
  /// It was noted with another body.
  bool clashes = false;
  /// The reply that it got; empty while it runs.
  std::string reply;
};

// -- the store ----------------------------------------------------------------

/// The library file, for writing: the one writer of all durable state.
///
/// Thread affinity: owned and called by exactly one actor, the LIBRARIAN.
/// Durability: what happened between `begin` and a `commit` that returned
/// success survives power loss; after any failure of `commit` nothing of it
/// did, or it is unknown (`errc::timeout` never occurs here: the store rolls
/// back). All times are microseconds UTC given by the caller.
/// Every call may fail with `errc::io_failure`, `errc::no_space`,
/// `errc::corrupt` or `errc::locked`; the caller then rolls back.
class library_store {
public:
  virtual ~library_store() = default;

  // -- transaction ------------------------------------------------------------

  /// Opens the one transaction. @pre none is open
  virtual result<void> begin() = 0;

  /// Makes it durable. On failure it is rolled back and none is open.
  virtual result<void> commit() = 0;

  /// Undoes all since `begin`; no effect when none is open.
  virtual void rollback() noexcept = 0;

  /// Marks a point inside the transaction: one per message.
  virtual result<void> savepoint() = 0;

  /// Keeps what happened since the last `savepoint`.
  virtual result<void> release() = 0;

  /// Undoes what happened since the last `savepoint` and drops it.
  virtual void undo() noexcept = 0;

  // -- inside a transaction ---------------------------------------------------

  /// Starts a new epoch; the orphans are still `running` until settled.
  virtual result<epoch_start> start_epoch(std::int64_t now_us) = 0;

  /// Applies the verdicts; each orphan gets an attempt row of its own.
  virtual result<void> settle_orphans(std::span<const orphan_verdict> verdicts,
                                      std::int64_t now_us) = 0;

  /// Inserts or refreshes entries and contents, and queues a job for every
  /// content that has no result under its recipe and no job of it.
  virtual result<record_report> record(std::span<const found_file> files,
                                       std::int64_t now_us) = 0;

  /// Refreshes nothing but what vanished; see `sweep_request`.
  virtual result<sweep_report> sweep(const sweep_request& request,
                                     std::int64_t now_us) = 0;

  /// Stores a text entry; replies its public id. The same key with another
  /// text is `errc::invalid_argument` (CONTRACT, rule 8).
  virtual result<std::string> add_text(const text_entry& entry,
                                       std::int64_t now_us) = 0;

  /// Queues a job that somebody asks for. The same key with the same parameters
  /// is the same job; with others it is `errc::invalid_argument` (CONTRACT,
  /// rule 8).
  virtual result<ordered_job> order(const job_order& wanted,
                                    std::int64_t now_us) = 0;

  /// Forgets an entry; content that no entry names any more goes with its
  /// results and jobs. `errc::not_found`; `errc::refused` while it runs.
  virtual result<void> forget(entry_id entry, const audit_note& note,
                              std::int64_t now_us) = 0;

  /// The file of an entry got other bytes with the same sound (`troupe tag`
  /// wrote into it): its content takes over `now.hash`, its results stay and
  /// nothing is analysed again. True then. A content that other entries share
  /// stays theirs, and `now` is recorded like any changed file: false.
  /// `errc::not_found`.
  virtual result<bool> retag(entry_id entry, const found_file& now,
                             const audit_note& note, std::int64_t now_us) = 0;

  /// Ends attempts under the fence (running, same claim, same epoch) with
  /// their results, attempt row and audit row, then claims. A claim sets
  /// `running`, raises `claim`, and writes epoch and time to the job's row.
  virtual result<settle_report> settle(const settle_request& request) = 0;

  /// Keys of the jobs that the store holds for running in `epoch`.
  virtual result<std::vector<claim_key>> running(std::int64_t epoch) = 0;

  /// Makes due jobs ready, then counts the jobs of `kinds`.
  virtual result<backlog> wake(std::span<const job_kind> kinds,
                               std::int64_t now_us) = 0;

  /// Queues every content that lacks a result and a job under its recipe;
  /// replies how many. With `dry_run` it only counts.
  virtual result<std::int64_t> reconcile(bool dry_run, std::int64_t now_us) = 0;

  /// Failed and cancelled jobs of the filter become ready, attempts at zero,
  /// history kept; quarantined ones are `errc::refused`. Replies how many.
  virtual result<std::int64_t> retry(const job_filter& filter, bool dry_run,
                                     const audit_note& note,
                                     std::int64_t now_us) = 0;

  /// Live jobs of the filter that do not run become cancelled; replies how
  /// many. Running ones are cancelled by the SUPERVISOR.
  virtual result<std::int64_t> cancel(const job_filter& filter, bool dry_run,
                                      const audit_note& note,
                                      std::int64_t now_us) = 0;

  /// Counts the jobs of `kinds` that are still to run or run, and names at
  /// most `limit` of those that do not run.
  virtual result<live_jobs> live(std::span<const job_kind> kinds,
                                 std::int64_t limit) = 0;

  /// Lets the content with this SHA-256 (hexadecimal, or a unique prefix of at
  /// least 4 digits) out of quarantine: its job is ready, its crashes are
  /// forgotten. `errc::not_found`; `errc::invalid_argument` for what is no
  /// hash, or fits several.
  virtual result<quarantine_release> release_content(std::string_view hash,
                                                     const audit_note& note,
                                                     std::int64_t now_us) = 0;

  /// Drops ended jobs older than the retention, with their attempts. A failed
  /// job that a present entry still names stays, or it would be tried again;
  /// of its attempts only the last one does.
  virtual result<prune_report> prune(const retention_policy& policy,
                                     bool dry_run, const audit_note& note,
                                     std::int64_t now_us) = 0;

  /// Pauses, import and saved scales.
  virtual result<held_state> held() = 0;
  virtual result<void> put_held(const held_state& held) = 0;

  /// Notes a request unless its id is known, and says what is known of it.
  virtual result<request_standing> note_request(const request_note& note,
                                                std::int64_t now_us) = 0;

  /// Stores the reply of a request, unless it has one already.
  virtual result<void> answer_request(const std::string& id,
                                      const std::string& reply,
                                      std::int64_t now_us) = 0;

  /// Appends an audit row.
  virtual result<void> audit(const audit_note& note, std::int64_t affected,
                             std::int64_t now_us) = 0;

  // -- outside a transaction --------------------------------------------------

  /// Copies the library into a new file while it is in use, and syncs it.
  /// `errc::refused` when the file exists.
  virtual result<void> backup(const std::string& file) = 0;

  /// Full integrity check; the findings, none when sound.
  virtual result<std::vector<std::string>> check() = 0;

  /// Moves pages from the log into the file: called when idle. Does nothing
  /// (no sync either) when the log is short, unless `all`.
  virtual result<void> checkpoint(bool all) = 0;
};

} // namespace troupe
