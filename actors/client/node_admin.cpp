#include "actors/client/node_admin.hpp"

#include <utility>

namespace troupe {

namespace {

class node_admin final : public admin_plane {
public:
  explicit node_admin(caller_link link) : link_(std::move(link)) {}

  result<node_status> status(std::string asker) override {
    return ask<node_status>(status_atom_v, std::move(asker));
  }

  result<workers_report> workers(std::string asker) override {
    return ask<workers_report>(workers_atom_v, std::move(asker));
  }

  result<hold_outcome> pause(pause_request request) override {
    return ask<hold_outcome>(pause_atom_v, std::move(request));
  }

  result<hold_outcome> resume(resume_request request) override {
    return ask<hold_outcome>(resume_atom_v, std::move(request));
  }

  result<drain_outcome> drain(drain_request request) override {
    return ask<drain_outcome>(drain_atom_v, std::move(request));
  }

  result<scale_report> scale(scale_request request) override {
    return ask<scale_report>(scale_atom_v, std::move(request));
  }

  result<import_lease> begin_import(import_begin_request request) override {
    return ask<import_lease>(import_atom_v, std::move(request));
  }

  result<import_lease> extend_import(import_change_request request) override {
    return ask<import_lease>(extend_atom_v, std::move(request));
  }

  result<import_lease> end_import(import_change_request request) override {
    return ask<import_lease>(finish_atom_v, std::move(request));
  }

  result<job_page> quarantined(quarantine_query query) override {
    return ask<job_page>(convicts_atom_v, std::move(query));
  }

  result<release_report> release(release_request request) override {
    return ask<release_report>(release_atom_v, std::move(request));
  }

  result<std::int64_t> retry(job_change_request request) override {
    return ask<std::int64_t>(retry_atom_v, std::move(request));
  }

  result<std::int64_t> cancel(job_change_request request) override {
    return ask<std::int64_t>(cancel_atom_v, std::move(request));
  }

  result<idle_answer> why(why_request request) override {
    return ask<idle_answer>(why_atom_v, std::move(request));
  }

  result<std::int64_t> reconcile(reconcile_request request) override {
    return ask<std::int64_t>(cover_atom_v, std::move(request));
  }

  result<void> backup(backup_request request) override {
    return confirm(ask<bool>(backup_atom_v, std::move(request)));
  }

  result<check_findings> check(std::string asker) override {
    return ask<check_findings>(check_atom_v, std::move(asker));
  }

  result<prune_report> prune(prune_request request) override {
    return ask<prune_report>(prune_atom_v, std::move(request));
  }

  result<audit_rows> audit(audit_request request) override {
    return ask<audit_rows>(audit_atom_v, std::move(request));
  }

  result<void> shutdown(std::string asker) override {
    return confirm(ask<bool>(shutdown_atom_v, std::move(asker)));
  }

private:
  template <class T, class... Ts>
  result<T> ask(Ts... xs) {
    return link_.ask_administrator<T>(std::move(xs)...);
  }

  static result<void> confirm(const result<bool>& done) {
    if (!done)
      return done.failure();
    return {};
  }

  caller_link link_;
};

} // namespace

std::unique_ptr<admin_plane> make_node_admin(caller_link link) {
  return std::make_unique<node_admin>(std::move(link));
}

} // namespace troupe
