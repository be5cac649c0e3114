#pragma once

#include "domain/dispatch/worker_pool.hpp"
#include "domain/index/near_query.hpp"
#include "domain/jobs/attempt.hpp"
#include "domain/jobs/hold_book.hpp"
#include "domain/jobs/job.hpp"
#include "domain/library/found_file.hpp"
#include "domain/ports/crash_notes.hpp"
#include "domain/ports/library_reader.hpp"
#include "domain/ports/library_store.hpp"
#include "domain/ports/media_finder.hpp"
#include "domain/result.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// What actors tell each other, free of CAF: commands see these types too.

namespace troupe {

/// Files to record, in one transaction.
struct found_batch {
  std::vector<found_file> files;
  /// The import's, where one holds intake.
  std::string token = {};
};

/// The start of a SUPERVISOR's incarnation.
struct epoch_request {
  /// What crashed the earlier process, by name.
  std::vector<crash_note> crashes;
};

/// A content that the last process left running, and what became of it.
struct returned_job {
  content_hash hash{};
  /// 0 when nobody is to blame.
  int signal = 0;
  bool quarantined = false;
  std::string message;
};

struct epoch_report {
  std::int64_t epoch = 0;
  std::int64_t requeued = 0;
  std::int64_t quarantined = 0;
  /// Only those that a crash names or that were quarantined.
  std::vector<returned_job> named;
  held_state held;
};

struct claim_keys {
  std::vector<claim_key> keys;
};

struct job_kinds {
  std::vector<job_kind> kinds;
};

/// What an integrity check found; empty when sound.
struct check_findings {
  std::vector<std::string> findings;
};

/// A bulk verb on jobs.
struct job_verb {
  job_filter filter;
  bool dry_run = false;
  audit_note note;
};

/// Has content without result queued. A note without actor: no audit row.
struct cover_order {
  bool dry_run = false;
  audit_note note;
};

/// A change of what is held.
struct hold_order {
  hold_change change;
  audit_note note;
};

struct backup_order {
  std::string file;
  audit_note note;
};

struct release_order {
  std::string hash;
  audit_note note;
};

struct prune_order {
  retention_policy policy;
  bool dry_run = false;
  audit_note note;
};

struct forget_request {
  entry_id entry{};
  audit_note note;
};

/// A file that got other bytes with the same sound.
struct retag_request {
  entry_id entry{};
  found_file now;
  audit_note note;
};

/// A worker's sign of life.
struct worker_beat {
  worker_seat seat;
  claim_key key;
  /// Seconds of media worked through, and the length by the header.
  double media_s = 0.0;
  double duration_s = 0.0;
  slot_memory memory = {};
};

/// A worker's last word on a job; asks for the next one at the same time.
struct worker_end {
  worker_seat seat;
  claim_key key;
  work_outcome outcome;
};

/// One job in hand, for whoever watches.
struct work_in_hand {
  std::string worker;
  /// Public id.
  std::string job;
  std::string path;
  job_kind kind = job_kind::audio_analyze;
  std::int64_t elapsed_ms = 0;
  /// What such a job took before; 0 = none has ended yet.
  std::int64_t usual_ms = 0;
  double media_s = 0.0;
  double duration_s = 0.0;
  /// Nothing else runs meanwhile.
  bool alone = false;
};

/// How the work of this incarnation stands.
struct work_progress {
  /// Jobs ready or waiting when the epoch began, and queued since.
  std::int64_t total = 0;
  std::int64_t done = 0;
  std::int64_t failed = 0;
  std::int64_t quarantined = 0;
  std::int64_t cancelled = 0;
  /// Failed for now; another try follows.
  std::int64_t retried = 0;
  /// Late results that the store refused.
  std::int64_t refused = 0;
  /// Seconds of media analysed.
  double media_s = 0.0;
  std::vector<work_in_hand> running;
  /// Jobs not in hand that wait for a due time, and the earliest of these
  /// (microseconds UTC).
  std::int64_t waiting = 0;
  std::int64_t next_due_us = 0;
  /// Why a pool gives out no work; empty while all do.
  std::string broken;
  /// Why a kind of job is not claimed at present; empty while all are.
  std::string paused;
  /// Why the library cannot be written at present; `errc::none` when it can.
  errc trouble = errc::none;
  std::string trouble_detail;
};

/// How a pool stands.
struct pool_status {
  /// "analyzers", …
  std::string name;
  job_kind kind = job_kind::audio_analyze;
  /// As configured or scaled.
  int slots = 0;
  int live = 0;
  int stuck = 0;
  std::string broken;
  std::vector<slot_counters> workers;
};

struct pool_statuses {
  std::vector<pool_status> pools;
};

/// What a drain left behind.
struct drain_report {
  std::int64_t handed_back = 0;
  /// Workers that did not answer within the grace period.
  std::int64_t abandoned = 0;
};

/// What to find, and what to do with it.
struct find_request {
  /// Paths as the user typed them.
  std::vector<std::string> roots;
  /// Count only, record nothing.
  bool dry_run = false;
  /// Forget entries that vanished.
  bool prune = false;
  /// Believe even that half of the known entries vanished.
  bool force = false;
  /// Names the walk for `find_progress` and for its early end; 0 = nameless.
  std::int64_t walk = 0;
  /// The import's, where one holds intake.
  std::string token = {};
};

/// How far a walk is, and what it found.
struct find_progress {
  std::int64_t files_seen = 0;
  /// Media files, by `media_kind`; index 0 is unused.
  std::array<std::int64_t, 4> media{};
  std::int64_t unchanged = 0;
  std::int64_t bytes_read = 0;
  record_report recorded;
  std::string current;
  bool finished = false;
  /// `find_request::walk`.
  std::int64_t walk = 0;
};

struct find_report {
  find_progress counts;
  sweep_report swept;
  /// Known entries under the roots that the walk did not meet.
  std::int64_t vanished = 0;
  std::int64_t known = 0;
  /// Half or more of the known entries vanished: nothing was marked.
  bool vanish_refused = false;
  /// At most 1,000; `problems_total` counts all.
  std::vector<find_problem> problems;
  std::int64_t problems_total = 0;
  bool cancelled = false;
};

/// The number of what is said over a socket: message types, their fields, and
/// their order. It rises with every change of these.
inline constexpr int door_protocol = 3;

/// Who calls, and by which protocol.
struct client_hello {
  int protocol = door_protocol;
  std::int64_t pid = 0;
  /// The command, for the log: "index".
  std::string role;
};

/// Who answers.
struct node_hello {
  int protocol = door_protocol;
  std::int64_t pid = 0;
  std::int64_t epoch = 0;
};

/// How a client's walk and the node's work stand; pushed, never asked for.
struct run_news {
  find_progress finding;
  work_progress work;
};

/// Stores the reply of a request.
struct answer_order {
  std::string id;
  std::string reply;
};

/// A job ended, and the library says so.
struct job_news {
  /// Public id.
  std::string ulid;
  job_kind kind = job_kind::audio_analyze;
  content_hash hash{};
  /// done, failed, cancelled or quarantined.
  job_state state = job_state::done;
  error_class why = error_class::none;
  std::string message;
};

struct path_list {
  std::vector<std::string> paths;
};

struct audit_query {
  std::int64_t since_us = 0;
  std::int64_t limit = 100;
};

struct audit_rows {
  std::vector<audit_row> rows;
};

/// Known files by path digest; shared, not copied.
using known_files_ptr = std::shared_ptr<const std::vector<known_file>>;

/// Blocks of results; shared, not copied.
using vector_block_ptr = std::shared_ptr<const vector_block>;
using fingerprint_block_ptr = std::shared_ptr<const fingerprint_block>;

struct vector_spaces {
  std::vector<vector_space> spaces;
};

/// How the INDEXER's spaces stand.
struct index_report {
  std::vector<indexed_space> spaces;
};

using claimed_job_ptr = std::shared_ptr<const claimed_job>;

using settle_request_ptr = std::shared_ptr<const settle_request>;

} // namespace troupe
