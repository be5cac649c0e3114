#pragma once

#include "actors/messages/admin_values.hpp"
#include "domain/result.hpp"

#include <string>

namespace troupe {

/// Every admin verb as a blocking call with a deadline, wherever the
/// ADMINISTRATOR lives: in this process, or behind a node's door. No CAF type
/// in sight; see `actors/messages/administrator.hpp` for what each verb does.
///
/// Thread affinity: one thread, that of its owner.
/// Errors: the verb's own, `errc::timeout` (unknown whether it happened),
/// `errc::unreachable`.
class admin_plane {
public:
  virtual ~admin_plane() = default;

  virtual result<node_status> status(std::string asker) = 0;
  virtual result<workers_report> workers(std::string asker) = 0;
  virtual result<hold_outcome> pause(pause_request request) = 0;
  virtual result<hold_outcome> resume(resume_request request) = 0;
  /// Returns within the request's timeout and a few seconds.
  virtual result<drain_outcome> drain(drain_request request) = 0;
  virtual result<scale_report> scale(scale_request request) = 0;
  virtual result<import_lease> begin_import(import_begin_request request) = 0;
  virtual result<import_lease> extend_import(import_change_request request) = 0;
  virtual result<import_lease> end_import(import_change_request request) = 0;
  virtual result<job_page> quarantined(quarantine_query query) = 0;
  virtual result<release_report> release(release_request request) = 0;
  virtual result<std::int64_t> retry(job_change_request request) = 0;
  virtual result<std::int64_t> cancel(job_change_request request) = 0;
  virtual result<idle_answer> why(why_request request) = 0;
  virtual result<std::int64_t> reconcile(reconcile_request request) = 0;
  virtual result<void> backup(backup_request request) = 0;
  virtual result<check_findings> check(std::string asker) = 0;
  virtual result<prune_report> prune(prune_request request) = 0;
  virtual result<audit_rows> audit(audit_request request) = 0;
  virtual result<trace_report> trace(trace_request request) = 0;
  virtual result<void> shutdown(std::string asker) = 0;
};

} // namespace troupe
