#pragma once

#include "domain/ports/library_store.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace troupe::testing {

/// Passes every call on, unless the hook names an error for it.
class failing_library_store final : public library_store {
public:
  /// Called with the name of each operation; an error makes it fail.
  using hook = std::function<std::optional<error>(std::string_view)>;

  failing_library_store(std::unique_ptr<library_store> real, hook on_call)
    : real_(std::move(real)), on_call_(std::move(on_call)) {}

  result<void> begin() override {
    return pass<void>("begin", [&] { return real_->begin(); });
  }

  result<void> commit() override {
    if (auto why = on_call_("commit")) {
      real_->rollback();
      return *why;
    }
    return real_->commit();
  }

  void rollback() noexcept override {
    on_call_("rollback");
    real_->rollback();
  }

  result<void> savepoint() override {
    return real_->savepoint();
  }

  result<void> release() override {
    return real_->release();
  }

  void undo() noexcept override {
    real_->undo();
  }

  result<epoch_start> start_epoch(std::int64_t now_us) override {
    return pass<epoch_start>("start_epoch",
                             [&] { return real_->start_epoch(now_us); });
  }

  result<void> settle_orphans(std::span<const orphan_verdict> verdicts,
                              std::int64_t now_us) override {
    return real_->settle_orphans(verdicts, now_us);
  }

  result<record_report> record(std::span<const found_file> files,
                               std::int64_t now_us) override {
    return pass<record_report>("record",
                               [&] { return real_->record(files, now_us); });
  }

  result<sweep_report> sweep(const sweep_request& request,
                             std::int64_t now_us) override {
    return pass<sweep_report>("sweep",
                              [&] { return real_->sweep(request, now_us); });
  }

  result<ordered_job> order(const job_order& wanted,
                            std::int64_t now_us) override {
    return pass<ordered_job>("order",
                             [&] { return real_->order(wanted, now_us); });
  }

  result<std::string> add_text(const text_entry& entry,
                               std::int64_t now_us) override {
    return pass<std::string>("add_text",
                             [&] { return real_->add_text(entry, now_us); });
  }

  result<bool> retag(entry_id entry, const found_file& now,
                     const audit_note& note, std::int64_t now_us) override {
    return real_->retag(entry, now, note, now_us);
  }

  result<void> forget(entry_id entry, const audit_note& note,
                      std::int64_t now_us) override {
    return real_->forget(entry, note, now_us);
  }

  result<settle_report> settle(const settle_request& request) override {
    return pass<settle_report>("settle",
                               [&] { return real_->settle(request); });
  }

  result<std::vector<claim_key>> running(std::int64_t epoch) override {
    return pass<std::vector<claim_key>>("running",
                                        [&] { return real_->running(epoch); });
  }

  result<backlog> wake(std::span<const job_kind> kinds,
                       std::int64_t now_us) override {
    return pass<backlog>("wake", [&] { return real_->wake(kinds, now_us); });
  }

  result<std::int64_t> reconcile(bool dry_run, std::int64_t now_us) override {
    return real_->reconcile(dry_run, now_us);
  }

  result<std::int64_t> retry(const job_filter& filter, bool dry_run,
                             const audit_note& note,
                             std::int64_t now_us) override {
    return real_->retry(filter, dry_run, note, now_us);
  }

  result<std::int64_t> cancel(const job_filter& filter, bool dry_run,
                              const audit_note& note,
                              std::int64_t now_us) override {
    return real_->cancel(filter, dry_run, note, now_us);
  }

  result<live_jobs> live(std::span<const job_kind> kinds,
                         std::int64_t limit) override {
    return pass<live_jobs>("live", [&] { return real_->live(kinds, limit); });
  }

  result<quarantine_release> release_content(std::string_view hash,
                                             const audit_note& note,
                                             std::int64_t now_us) override {
    return real_->release_content(hash, note, now_us);
  }

  result<prune_report> prune(const retention_policy& policy, bool dry_run,
                             const audit_note& note,
                             std::int64_t now_us) override {
    return real_->prune(policy, dry_run, note, now_us);
  }

  result<held_state> held() override {
    return pass<held_state>("held", [&] { return real_->held(); });
  }

  result<void> put_held(const held_state& held) override {
    return pass<void>("put_held", [&] { return real_->put_held(held); });
  }

  result<request_standing> note_request(const request_note& note,
                                        std::int64_t now_us) override {
    return pass<request_standing>(
      "note_request", [&] { return real_->note_request(note, now_us); });
  }

  result<void> answer_request(const std::string& id, const std::string& reply,
                              std::int64_t now_us) override {
    return pass<void>("answer_request",
                      [&] { return real_->answer_request(id, reply, now_us); });
  }

  result<void> audit(const audit_note& note, std::int64_t affected,
                     std::int64_t now_us) override {
    return pass<void>("audit",
                      [&] { return real_->audit(note, affected, now_us); });
  }

  result<void> backup(const std::string& file) override {
    return real_->backup(file);
  }

  result<std::vector<std::string>> check() override {
    return real_->check();
  }

  result<void> checkpoint(bool all) override {
    on_call_("checkpoint");
    return real_->checkpoint(all);
  }

private:
  template <class T, class Call>
  result<T> pass(std::string_view name, Call&& call) {
    if (auto why = on_call_(name))
      return *why;
    return call();
  }

  std::unique_ptr<library_store> real_;
  hook on_call_;
};

} // namespace troupe::testing
