#include "actors/commit_batch.hpp"

#include <fmt/format.h>

namespace troupe {

commit_batch::commit_batch(std::unique_ptr<library_store> store, log_sink& log)
  : store_(std::move(store)), log_(&log) {}

commit_batch::~commit_batch() {
  if (half_done_)
    abandon({errc::internal, "the LIBRARIAN broke down"});
  commit();
  report(store_->checkpoint(true), "checkpoint");
}

bool commit_batch::commit(const std::function<void()>& durable) {
  if (!open_)
    return false;
  open_ = false;
  auto committed = store_->commit();
  report(committed, "commit");
  if (committed && durable)
    durable();
  answer_all(committed ? nullptr : &committed.failure());
  return true;
}

void commit_batch::report(const result<void>& outcome, std::string_view verb) {
  if (!outcome)
    log_->write(log_level::error, "librarian",
                fmt::format("{} failed code={} {}", verb,
                            to_string(outcome.failure().code),
                            outcome.failure().detail));
}

bool commit_batch::concerns_one_message(errc code) noexcept {
  return code == errc::not_found || code == errc::refused
         || code == errc::invalid_argument || code == errc::too_large
         || code == errc::unsupported;
}

result<void> commit_batch::open() {
  if (open_)
    return {};
  if (auto begun = store_->begin(); !begun) {
    report(begun, "begin");
    return begun;
  }
  open_ = true;
  return {};
}

/// A failure of the file itself: nothing of the batch may count.
void commit_batch::abandon(const error& why) {
  open_ = false;
  store_->rollback();
  report(result<void>{why}, "write");
  answer_all(&why);
}

void commit_batch::answer_all(const error* why) {
  auto answers = std::exchange(unanswered_, {});
  for (auto& tell : answers)
    tell(why);
}

} // namespace troupe
