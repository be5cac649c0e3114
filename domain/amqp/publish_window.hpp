#pragma once

#include "domain/amqp/frames.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::amqp {

/// A message on its way to the server, and whose it is.
struct publication {
  /// The caller's name for it.
  std::uint64_t token = 0;
  /// Rises with every message; kept when it is published again.
  std::uint64_t sequence = 0;
  std::string exchange;
  std::string routing_key;
  message_ptr content;
  /// Given up then; 0 = never.
  std::int64_t deadline_us = 0;
  /// A message that no queue takes is returned.
  bool mandatory = true;
};

/// Messages that await their confirm, by the server's numbering of one
/// channel: 1, 2, 3 … in the order of publishing.
///
/// A window that was taken back begins anew with room for one message, and
/// grows by one with every confirm, which doubles it each round trip: what is
/// published twice over a connection that fails again and again stays in
/// proportion to what it confirmed, and a message that makes the server close
/// the channel is soon alone in it.
///
/// Invariant: a publication is here from its publishing until it is settled
/// or taken back; each is handed out once.
class publish_window {
public:
  /// @param size_max messages that may await their confirm, at the most
  explicit publish_window(std::size_t size_max)
    : size_max_(size_max), room_(size_max) {}

  [[nodiscard]] bool full() const noexcept {
    return pending_.size() >= room_;
  }

  [[nodiscard]] std::size_t size() const noexcept {
    return pending_.size();
  }

  /// Notes that it is published now, as the channel's next message.
  void add(publication x, std::int64_t now_us);

  /// The server returned the message with this id, the oldest that it did not
  /// return yet: its confirm, which follows, means that nobody has it.
  /// False: unknown.
  bool mark_returned(const std::string& message_id);

  /// The publication with this number and message id, if it is here, is not
  /// among those that `take_back` gives.
  void forget(std::uint64_t sequence, const std::string& message_id);

  /// One publication that the server has decided about.
  struct verdict {
    publication of;
    bool accepted = true;
    bool returned = false;
  };

  /// The publications that a confirm settles; none for an unknown tag.
  std::vector<verdict> settle(const publish_settled& x);

  /// Publications past their deadline, taken out; whether they arrived is
  /// unknown.
  std::vector<publication> expire(std::int64_t now_us);

  /// The channel is gone: all that is left and not forgotten, in the order of
  /// publishing. The numbering begins anew.
  std::vector<publication> take_back();

  /// The earliest deadline; 0 without any.
  [[nodiscard]] std::int64_t next_deadline_us() const noexcept;

  /// When the oldest of the pending ones was published; 0 without any.
  [[nodiscard]] std::int64_t oldest_us() const noexcept;

private:
  struct slot {
    publication of;
    std::int64_t published_us = 0;
    bool returned = false;
    bool forgotten = false;
  };

  using slots = std::map<std::uint64_t, slot>;

  slot remove(slots::iterator at);
  slot* oldest_with(const std::string& message_id,
                    const std::function<bool(const slot&)>& wanted);

  std::size_t size_max_;
  /// Messages that may await their confirm now: 1 to `size_max_`.
  std::size_t room_;
  std::uint64_t last_tag_ = 0;
  slots pending_;
  /// One id can be here twice: who publishes chooses it.
  std::unordered_multimap<std::string, std::uint64_t> by_message_id_;
  std::multimap<std::int64_t, std::uint64_t> by_deadline_;
};

} // namespace troupe::amqp
