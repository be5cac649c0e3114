#pragma once

#include "actors/messages/broker_status.hpp"
#include "actors/messages/values.hpp"
#include "domain/dispatch/drain_watch.hpp"
#include "domain/dispatch/work_pace.hpp"
#include "domain/jobs/hold_book.hpp"
#include "domain/jobs/why_not_running.hpp"

#include <cstdint>
#include <string>
#include <vector>

// What administrators ask and get, free of CAF. Everything here may cross a
// socket: words instead of optionals, no pointers, fields append only.
// `asker` is who asks, for the audit: "uid:1000", a certificate's name.

namespace troupe {

// -- pauses -------------------------------------------------------------------

struct pause_request {
  std::string asker;
  pause_target target;
  std::string reason;
  /// 0 = until it is resumed.
  std::int64_t lasts_ms = 0;
};

struct resume_request {
  std::string asker;
  pause_target target;
  /// Whose pause; empty: the asker's own.
  std::string owner;
};

// -- drain --------------------------------------------------------------------

struct drain_request {
  std::string asker;
  std::int64_t timeout_ms = 60'000;
  drain_rest on_timeout = drain_rest::wait;
  /// Intake stays held after the drain, in the asker's name.
  bool hold = false;
};

/// A job that a drain did not see the end of.
struct drain_blocker {
  /// Public id.
  std::string job;
  job_kind kind = job_kind::audio_analyze;
  job_state state = job_state::running;
  /// Raw bytes; may be empty.
  std::string path;
  /// Who runs it, and for how long; empty when nobody does.
  std::string worker;
  std::int64_t elapsed_ms = 0;
};

struct drain_outcome {
  /// False: the time was over before the work.
  bool drained = false;
  /// At most 100, running ones first; `left` counts all.
  std::vector<drain_blocker> blockers;
  std::int64_t left = 0;
  /// Running jobs that went back or were cancelled at the timeout, and waiting
  /// ones that were cancelled.
  std::int64_t handed_back = 0;
  std::int64_t cancelled = 0;
  /// Intake is still held, in the asker's name.
  bool held = false;
};

// -- pools --------------------------------------------------------------------

struct scale_request {
  std::string asker;
  /// "analyzers", "preprocessors", "embedders", "upscalers".
  std::string pool;
  /// In [0, scale_slots_max]; 0 = gives out no work.
  int slots = 0;
  /// Also after a restart.
  bool save = false;
};

inline constexpr int scale_slots_max = 256;

struct scale_report {
  std::string pool;
  int slots_before = 0;
  int slots = 0;
  bool saved = false;
};

struct workers_report {
  pool_statuses pools;
  std::vector<work_in_hand> running;
};

// -- imports ------------------------------------------------------------------

struct import_begin_request {
  std::string asker;
  /// In [1, import_ttl_ms_max].
  std::int64_t ttl_ms = 600'000;
};

/// extend and end.
struct import_change_request {
  std::string asker;
  std::string token;
  /// extend: as above.
  std::int64_t ttl_ms = 600'000;
};

// -- jobs ---------------------------------------------------------------------

/// Which jobs a bulk verb concerns: words of CONTRACT, empty = any. A word
/// that is none is `errc::invalid_argument`.
struct job_change_request {
  std::string asker;
  /// Id or unique prefix.
  std::string id;
  std::string state;
  std::string kind;
  std::string why;
  bool dry_run = false;
};

struct why_request {
  std::string asker;
  /// Id or unique prefix, absolute path, or SHA-256 of a content.
  std::string word;
};

// -- quarantine ---------------------------------------------------------------

struct quarantine_query {
  std::string asker;
  std::int64_t limit = 1'000;
};

struct release_request {
  std::string asker;
  /// SHA-256 in hexadecimal, or a unique prefix of at least 4 digits.
  std::string hash;
};

struct release_report {
  /// Jobs that are ready again; 0: none was quarantined any more.
  std::int64_t released = 0;
  /// The whole SHA-256.
  std::string hash;
};

// -- care ---------------------------------------------------------------------

struct reconcile_request {
  std::string asker;
  bool dry_run = false;
};

struct backup_request {
  std::string asker;
  /// Absolute, on the node's machine.
  std::string file;
};

struct prune_request {
  std::string asker;
  bool dry_run = false;
};

struct audit_request {
  std::string asker;
  /// Microseconds UTC.
  std::int64_t since_us = 0;
  std::int64_t limit = 1'000;
};

// -- trace --------------------------------------------------------------------

struct trace_request {
  std::string asker;
  /// Id or unique prefix.
  std::string id;
};

/// A message that an actor has handled. Times in nanoseconds UTC.
struct traced_message {
  /// Actors by name; the sender may be nobody: "".
  std::string sender;
  std::string receiver;
  /// The message's first element: "settle".
  std::string what;
  /// Messages in the mailbox when it came, itself included.
  std::int64_t depth = 0;
  std::int64_t sent_ns = 0;
  std::int64_t begun_ns = 0;
  std::int64_t ended_ns = 0;
};

struct trace_report {
  /// Public id.
  std::string job;
  /// Those that concerned the job, oldest first.
  std::vector<traced_message> messages;
  /// The recorder has forgotten messages of the time since the job came.
  bool lost = false;
};

// -- status -------------------------------------------------------------------

/// How the SUPERVISOR stands: what the library alone does not tell.
struct supervision_status {
  work_progress work;
  pool_statuses pools;
  /// One for each kind of which a job has ended.
  std::vector<kind_pace> paces;
  held_state held;
  /// An administrator's drain is under way; whose, and since when.
  bool draining = false;
  std::string drained_by;
  std::int64_t drain_since_us = 0;
  /// The node is on its way down.
  bool shutting_down = false;
};

/// `admin status` of a node.
struct node_status {
  library_status library;
  supervision_status supervision;
  broker_status broker;
  /// Microseconds UTC, by the node's clock.
  std::int64_t now_us = 0;
  std::int64_t started_us = 0;
};

} // namespace troupe
