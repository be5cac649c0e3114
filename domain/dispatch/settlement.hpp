#pragma once

#include "domain/jobs/job.hpp"
#include "domain/ports/library_store.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace troupe {

/// Ends of attempts on their way to the store, and claims asked for.
///
/// An end stays here until the store has spoken about it: a request that got
/// no answer is unknown, not failed, and is asked again; the store recognises
/// what it has applied already.
class settlement {
public:
  /// Adds the end of an attempt.
  void add(attempt_end end);

  /// True when ends wait to be sent.
  [[nodiscard]] bool has_ends() const noexcept {
    return !ends_.empty();
  }

  /// Takes all that waits as one request; remember it by its number.
  struct numbered_request {
    std::int64_t number = 0;
    std::shared_ptr<const settle_request> request;
  };

  [[nodiscard]] numbered_request send(std::int64_t epoch, std::int64_t now_us,
                                      std::vector<claim_order> claims);

  /// The store answered: the request is done with. Null for a number that is
  /// not on its way (an answer after the deadline).
  std::shared_ptr<const settle_request> answered(std::int64_t number);

  /// No answer, or a failure: its ends wait again, its claims are forgotten.
  void unanswered(std::int64_t number);

  /// Jobs of a kind asked for and not yet answered.
  [[nodiscard]] int asked(job_kind kind) const noexcept;

  /// True when this claim's end is known here and the store has not spoken.
  [[nodiscard]] bool covers(const claim_key& key) const noexcept;

  /// True when nothing is on its way.
  [[nodiscard]] bool quiet() const noexcept {
    return on_the_way_.empty();
  }

private:
  std::vector<attempt_end> ends_;
  std::map<std::int64_t, std::shared_ptr<const settle_request>> on_the_way_;
  std::int64_t last_number_ = 0;
};

} // namespace troupe
