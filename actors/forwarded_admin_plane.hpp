#pragma once

#include "actors/admin_plane.hpp"
#include "actors/messages/administrator.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace troupe {

/// Every admin verb as one message to an ADMINISTRATOR, each with its deadline;
/// the only place that says which verb is which message.
/// @tparam Route has `result<T> ask<T>(std::chrono::milliseconds deadline,
/// Ts... message)`
template <class Route>
class forwarded_admin_plane final : public admin_plane {
public:
  explicit forwarded_admin_plane(Route route) : route_(std::move(route)) {}

  result<node_status> status(std::string asker) override {
    return ask<node_status>(question, status_atom_v, std::move(asker));
  }

  result<workers_report> workers(std::string asker) override {
    return ask<workers_report>(question, workers_atom_v, std::move(asker));
  }

  result<hold_outcome> pause(pause_request request) override {
    return ask<hold_outcome>(question, pause_atom_v, std::move(request));
  }

  result<hold_outcome> resume(resume_request request) override {
    return ask<hold_outcome>(question, resume_atom_v, std::move(request));
  }

  result<drain_outcome> drain(drain_request request) override {
    const auto deadline =
      std::chrono::milliseconds{request.timeout_ms} + drain_slack;
    return ask<drain_outcome>(deadline, drain_atom_v, std::move(request));
  }

  result<scale_report> scale(scale_request request) override {
    return ask<scale_report>(question, scale_atom_v, std::move(request));
  }

  result<import_lease> begin_import(import_begin_request request) override {
    return ask<import_lease>(question, import_atom_v, std::move(request));
  }

  result<import_lease> extend_import(import_change_request request) override {
    return ask<import_lease>(question, extend_atom_v, std::move(request));
  }

  result<import_lease> end_import(import_change_request request) override {
    return ask<import_lease>(question, finish_atom_v, std::move(request));
  }

  result<job_page> quarantined(quarantine_query query) override {
    return ask<job_page>(question, convicts_atom_v, std::move(query));
  }

  result<release_report> release(release_request request) override {
    return ask<release_report>(question, release_atom_v, std::move(request));
  }

  result<std::int64_t> retry(job_change_request request) override {
    return ask<std::int64_t>(question, retry_atom_v, std::move(request));
  }

  result<std::int64_t> cancel(job_change_request request) override {
    return ask<std::int64_t>(question, cancel_atom_v, std::move(request));
  }

  result<idle_answer> why(why_request request) override {
    return ask<idle_answer>(question, why_atom_v, std::move(request));
  }

  result<std::int64_t> reconcile(reconcile_request request) override {
    return ask<std::int64_t>(whole_library, cover_atom_v, std::move(request));
  }

  result<void> backup(backup_request request) override {
    return confirm(ask<bool>(whole_library, backup_atom_v, std::move(request)));
  }

  result<check_findings> check(std::string asker) override {
    return ask<check_findings>(whole_library, check_atom_v, std::move(asker));
  }

  result<prune_report> prune(prune_request request) override {
    return ask<prune_report>(whole_library, prune_atom_v, std::move(request));
  }

  result<audit_rows> audit(audit_request request) override {
    return ask<audit_rows>(question, audit_atom_v, std::move(request));
  }

  result<trace_report> trace(trace_request request) override {
    return ask<trace_report>(question, trace_atom_v, std::move(request));
  }

  result<void> shutdown(std::string asker) override {
    return confirm(ask<bool>(question, shutdown_atom_v, std::move(asker)));
  }

private:
  /// The ADMINISTRATOR's own deadline, up to three tries, and a little.
  static constexpr std::chrono::milliseconds question{150'000};
  /// A backup or a check may take minutes.
  static constexpr std::chrono::milliseconds whole_library{920'000};
  /// Beyond a drain's own time.
  static constexpr std::chrono::milliseconds drain_slack{100'000};

  template <class T, class... Ts>
  result<T> ask(std::chrono::milliseconds deadline, Ts... xs) {
    return route_.template ask<T>(deadline, std::move(xs)...);
  }

  static result<void> confirm(const result<bool>& done) {
    if (!done)
      return done.failure();
    return {};
  }

  Route route_;
};

} // namespace troupe
