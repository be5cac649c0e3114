#pragma once

#include "domain/ports/library_store.hpp"
#include "domain/ports/log_sink.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// The LIBRARIAN's open transaction: many messages, one COMMIT, and the answers
/// that wait for it.
///
/// Invariant: no answer waits without an open transaction. Whoever opens one
/// sees to it that `commit` follows.
class commit_batch {
public:
  /// Tells one asker; null: it is durable.
  using answer = std::function<void(const error*)>;

  /// @param log borrowed
  commit_batch(std::unique_ptr<library_store> store, log_sink& log);

  commit_batch(const commit_batch&) = delete;
  commit_batch& operator=(const commit_batch&) = delete;

  /// An exception, which is a bug of ours, may have ended a message half way:
  /// nothing of the batch counts then. Else commits.
  ~commit_batch();

  [[nodiscard]] library_store& store() noexcept {
    return *store_;
  }

  [[nodiscard]] bool is_open() const noexcept {
    return open_;
  }

  /// Answers that wait.
  [[nodiscard]] std::size_t size() const noexcept {
    return unanswered_.size();
  }

  /// Runs one message's statements in the batch, which it opens if need be.
  /// What failed is undone; a failure of the file itself ends the batch.
  template <class T, class Operation>
  result<T> run(Operation&& operation) {
    if (auto opened = open(); !opened)
      return opened.failure();
    half_done_ = true;
    auto outcome = attempt<T>(std::forward<Operation>(operation));
    half_done_ = false;
    if (!outcome && !concerns_one_message(outcome.failure().code))
      abandon(outcome.failure());
    return outcome;
  }

  /// The answer to what `run` did. @pre is_open()
  void answer_later(answer tell) {
    unanswered_.push_back(std::move(tell));
  }

  /// Makes all of it durable, calls `durable`, and answers; a failure is every
  /// asker's. False when nothing was open.
  bool commit(const std::function<void()>& durable = {});

  /// Logs a failure.
  void report(const result<void>& outcome, std::string_view verb);

private:
  /// All other failures end the batch.
  static bool concerns_one_message(errc code) noexcept;

  template <class T, class Operation>
  result<T> attempt(Operation&& operation) {
    // A savepoint keeps a copy of every page it sees changed. The first
    // message of a batch, often the only one, needs none: with nothing else in
    // the transaction, undoing it is undoing all.
    if (unanswered_.empty())
      return attempt_first<T>(std::forward<Operation>(operation));
    if (auto marked = store_->savepoint(); !marked)
      return marked.failure();
    result<T> outcome = operation();
    if (!outcome) {
      store_->undo();
      return outcome;
    }
    if (auto kept = store_->release(); !kept)
      return kept.failure();
    return outcome;
  }

  template <class T, class Operation>
  result<T> attempt_first(Operation&& operation) {
    result<T> outcome = operation();
    if (!outcome) {
      store_->rollback();
      open_ = false;
    }
    return outcome;
  }

  result<void> open();
  void abandon(const error& why);
  void answer_all(const error* why);

  /// Owned. Never null.
  std::unique_ptr<library_store> store_;
  log_sink* log_;
  bool open_ = false;
  /// A message's statements run.
  bool half_done_ = false;
  /// In order; called once each.
  std::vector<answer> unanswered_;
};

} // namespace troupe
