#pragma once

#include "domain/amqp/frames.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::amqp {

/// A request that awaits its reply.
struct open_call {
  /// The caller's name for it.
  std::uint64_t token = 0;
  std::string correlation_id;
  /// Where it is asked.
  std::string queue;
  message_ptr request;
  std::int64_t deadline_us = 0;
  /// The number that its publisher gave the request.
  std::uint64_t sequence = 0;
  /// The server has it: it may be answered any time.
  bool confirmed = false;
};

/// Requests of one service by correlation id. Each leaves it exactly once:
/// answered, past its deadline, or taken.
class call_table {
public:
  void add(open_call x);

  /// The call that this reply answers, taken out; null for a late or foreign
  /// one, which is counted.
  [[nodiscard]] bool answer(const std::string& correlation_id, open_call& out);

  /// Calls past their deadline, taken out.
  std::vector<open_call> expire(std::int64_t now_us);

  /// Its request is published again, under this number.
  void note_asked(std::uint64_t token, std::uint64_t sequence);

  /// The call with this token, taken out.
  [[nodiscard]] bool take(std::uint64_t token, open_call& out);

  /// The server has the request.
  void confirm(std::uint64_t token);

  /// The calls whose requests the server had, oldest first: their replies may
  /// have gone with a reply queue. They are unconfirmed from now on.
  std::vector<open_call> recall_confirmed();

  [[nodiscard]] std::size_t size() const noexcept {
    return calls_.size();
  }

  [[nodiscard]] std::int64_t next_deadline_us() const noexcept;

  /// Replies that nobody waited for.
  [[nodiscard]] std::uint64_t late_replies() const noexcept {
    return late_replies_;
  }

private:
  open_call remove(std::uint64_t token);

  std::map<std::uint64_t, open_call> calls_;
  std::unordered_map<std::string, std::uint64_t> by_correlation_;
  std::multimap<std::int64_t, std::uint64_t> by_deadline_;
  std::uint64_t late_replies_ = 0;
};

} // namespace troupe::amqp
