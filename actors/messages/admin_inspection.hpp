#pragma once

#include "actors/messages/admin_values.hpp"
#include "actors/messages/crossing.hpp"

// How administrators' messages are written to a socket: their fields in this
// order. CAF finds these by argument-dependent look-up.

namespace troupe {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, pause_target& x) {
  return crosses(f, x.scope, x.kind);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, pause& x) {
  return crosses(f, x.target, x.owner, x.reason, x.since_us, x.until_us);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, import_lease& x) {
  return crosses(f, x.token, x.owner, x.begun_us, x.until_us, x.ended_us);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, saved_scale& x) {
  return crosses(f, x.pool, x.slots);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, held_state& x) {
  return crosses(f, x.pauses, x.import, x.scales, x.revision);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, hold_outcome& x) {
  return crosses(f, x.affected, x.held);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, idle_answer& x) {
  return crosses(f, x.cause, x.job, x.state, x.text);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, pause_request& x) {
  return crosses(f, x.asker, x.target, x.reason, x.lasts_ms);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, resume_request& x) {
  return crosses(f, x.asker, x.target, x.owner);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, drain_request& x) {
  return crosses(f, x.asker, x.timeout_ms, x.on_timeout, x.hold);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, drain_blocker& x) {
  return crosses(f, x.job, x.kind, x.state, x.path, x.worker, x.elapsed_ms);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, drain_outcome& x) {
  return crosses(f, x.drained, x.blockers, x.left, x.handed_back, x.cancelled,
                 x.held);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, scale_request& x) {
  return crosses(f, x.asker, x.pool, x.slots, x.save);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, scale_report& x) {
  return crosses(f, x.pool, x.slots_before, x.slots, x.saved);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, slot_counters& x) {
  return crosses(f, x.succeeded, x.failed, x.memory.scratch, x.memory.weights);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, pool_status& x) {
  return crosses(f, x.name, x.kind, x.slots, x.live, x.stuck, x.broken,
                 x.workers);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, pool_statuses& x) {
  return crosses(f, x.pools);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, work_in_hand& x) {
  return crosses(f, x.worker, x.job, x.path, x.kind, x.elapsed_ms, x.usual_ms,
                 x.media_s, x.duration_s, x.alone);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, workers_report& x) {
  return crosses(f, x.pools, x.running);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, import_begin_request& x) {
  return crosses(f, x.asker, x.ttl_ms);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f,
                                        import_change_request& x) {
  return crosses(f, x.asker, x.token, x.ttl_ms);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_change_request& x) {
  return crosses(f, x.asker, x.id, x.state, x.kind, x.why, x.dry_run);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, why_request& x) {
  return crosses(f, x.asker, x.word);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, quarantine_query& x) {
  return crosses(f, x.asker, x.limit);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_row& x) {
  return crosses(f, x.id, x.ulid, x.kind, x.state, x.priority,
                 x.attempts_charged, x.interruptions, x.crashes, x.alone,
                 x.version, x.hash, x.path, x.created_us, x.updated_us,
                 x.not_before_us, x.claimed_us, x.why, x.message, x.ahead);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_page& x) {
  return crosses(f, x.rows, x.next);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, release_request& x) {
  return crosses(f, x.asker, x.hash);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, release_report& x) {
  return crosses(f, x.released, x.hash);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, reconcile_request& x) {
  return crosses(f, x.asker, x.dry_run);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, backup_request& x) {
  return crosses(f, x.asker, x.file);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, check_findings& x) {
  return crosses(f, x.findings);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, prune_request& x) {
  return crosses(f, x.asker, x.dry_run);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, prune_report& x) {
  return crosses(f, x.jobs, x.attempts);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, audit_request& x) {
  return crosses(f, x.asker, x.since_us, x.limit);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, audit_row& x) {
  return crosses(f, x.at_us, x.actor, x.action, x.target, x.detail, x.affected);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, audit_rows& x) {
  return crosses(f, x.rows);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, kind_coverage& x) {
  return crosses(f, x.kind, x.entries, x.done, x.failed, x.quarantined,
                 x.pending, x.missing);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, queue_depth& x) {
  return crosses(f, x.kind, x.counts, x.oldest_ready_us);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, failure_cause& x) {
  return crosses(f, x.kind, x.why, x.count, x.sample);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, library_status& x) {
  return crosses(f, x.schema, x.epoch, x.file_bytes, x.coverage, x.queues,
                 x.failures, x.audit_rows, x.results_accepted, x.held);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, work_progress& x) {
  return crosses(f, x.total, x.done, x.failed, x.quarantined, x.cancelled,
                 x.retried, x.refused, x.media_s, x.running, x.waiting,
                 x.next_due_us, x.broken, x.paused, x.trouble,
                 x.trouble_detail);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, kind_pace& x) {
  return crosses(f, x.kind, x.jobs_per_s, x.media_per_s, x.usual_ms);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, supervision_status& x) {
  return crosses(f, x.work, x.pools, x.paces, x.held, x.draining, x.drained_by,
                 x.drain_since_us, x.shutting_down);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, traced_message& x) {
  return crosses(f, x.sender, x.receiver, x.what, x.depth, x.sent_ns,
                 x.begun_ns, x.ended_ns);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, trace_request& x) {
  return crosses(f, x.asker, x.id);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, trace_report& x) {
  return crosses(f, x.job, x.messages, x.lost);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, broker_status& x) {
  return crosses(f, x.state, x.server, x.detail, x.troubles, x.consuming,
                 x.connects, x.unconfirmed, x.republished, x.open_calls,
                 x.late_replies, x.jobs_in_hand);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_status& x) {
  return crosses(f, x.library, x.supervision, x.broker, x.now_us, x.started_us);
}

} // namespace troupe
