#include "actors/asked_admin_plane.hpp"

#include "actors/caf_error.hpp"

#include <caf/scoped_actor.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace troupe {

namespace {

using namespace std::chrono_literals;

/// The ADMINISTRATOR's own deadline, its steps, and a little.
constexpr std::chrono::milliseconds question_deadline = 150s;
/// Up to three tries.
constexpr std::chrono::milliseconds hold_deadline = 150s;
/// A backup or a check may take minutes.
constexpr std::chrono::milliseconds long_deadline = 920s;
/// Beyond a drain's own time.
constexpr std::chrono::milliseconds drain_slack = 100s;

class asked_admin_plane final : public admin_plane {
public:
  asked_admin_plane(caf::scoped_actor& client, administrator_actor peer)
    : client_(&client), peer_(std::move(peer)) {}

  result<node_status> status(std::string asker) override {
    return ask<node_status>(question_deadline, status_atom_v, std::move(asker));
  }

  result<workers_report> workers(std::string asker) override {
    return ask<workers_report>(question_deadline, workers_atom_v,
                               std::move(asker));
  }

  result<hold_outcome> pause(pause_request request) override {
    return ask<hold_outcome>(hold_deadline, pause_atom_v, std::move(request));
  }

  result<hold_outcome> resume(resume_request request) override {
    return ask<hold_outcome>(hold_deadline, resume_atom_v, std::move(request));
  }

  result<drain_outcome> drain(drain_request request) override {
    const auto deadline =
      std::chrono::milliseconds{request.timeout_ms} + drain_slack;
    return ask<drain_outcome>(deadline, drain_atom_v, std::move(request));
  }

  result<scale_report> scale(scale_request request) override {
    return ask<scale_report>(question_deadline, scale_atom_v,
                             std::move(request));
  }

  result<import_lease> begin_import(import_begin_request request) override {
    return ask<import_lease>(hold_deadline, import_atom_v, std::move(request));
  }

  result<import_lease> extend_import(import_change_request request) override {
    return ask<import_lease>(hold_deadline, extend_atom_v, std::move(request));
  }

  result<import_lease> end_import(import_change_request request) override {
    return ask<import_lease>(hold_deadline, finish_atom_v, std::move(request));
  }

  result<job_page> quarantined(quarantine_query query) override {
    return ask<job_page>(question_deadline, convicts_atom_v, std::move(query));
  }

  result<release_report> release(release_request request) override {
    return ask<release_report>(question_deadline, release_atom_v,
                               std::move(request));
  }

  result<std::int64_t> retry(job_change_request request) override {
    return ask<std::int64_t>(question_deadline, retry_atom_v,
                             std::move(request));
  }

  result<std::int64_t> cancel(job_change_request request) override {
    return ask<std::int64_t>(question_deadline, cancel_atom_v,
                             std::move(request));
  }

  result<idle_answer> why(why_request request) override {
    return ask<idle_answer>(question_deadline, why_atom_v, std::move(request));
  }

  result<std::int64_t> reconcile(reconcile_request request) override {
    return ask<std::int64_t>(long_deadline, cover_atom_v, std::move(request));
  }

  result<void> backup(backup_request request) override {
    return confirm(ask<bool>(long_deadline, backup_atom_v, std::move(request)));
  }

  result<check_findings> check(std::string asker) override {
    return ask<check_findings>(long_deadline, check_atom_v, std::move(asker));
  }

  result<prune_report> prune(prune_request request) override {
    return ask<prune_report>(long_deadline, prune_atom_v, std::move(request));
  }

  result<audit_rows> audit(audit_request request) override {
    return ask<audit_rows>(question_deadline, audit_atom_v, std::move(request));
  }

  result<void> shutdown(std::string asker) override {
    return confirm(
      ask<bool>(question_deadline, shutdown_atom_v, std::move(asker)));
  }

private:
  template <class T, class... Ts>
  result<T> ask(std::chrono::milliseconds deadline, Ts&&... xs) {
    std::optional<result<T>> answer;
    (*client_)
      ->request(peer_, deadline, std::forward<Ts>(xs)...)
      .receive([&](T& x) { answer = std::move(x); },
               [&](caf::error& why) { answer = from_caf(why); });
    return std::move(*answer);
  }

  static result<void> confirm(const result<bool>& done) {
    if (!done)
      return done.failure();
    return {};
  }

  caf::scoped_actor* client_;
  administrator_actor peer_;
};

} // namespace

std::unique_ptr<admin_plane>
ask_administrator(caf::scoped_actor& client,
                  administrator_actor administrator) {
  return std::make_unique<asked_admin_plane>(client, std::move(administrator));
}

} // namespace troupe
