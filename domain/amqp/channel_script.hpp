#pragma once

#include "domain/amqp/backoff.hpp"
#include "domain/amqp/connection.hpp"

#include <cstdint>
#include <vector>

namespace troupe::amqp {

/// Opens one channel and sends its opening orders, each after the answer to
/// the one before. Opens it again, ever more slowly, when it was closed.
class channel_script {
public:
  explicit channel_script(std::uint16_t channel) : channel_(channel) {}

  [[nodiscard]] std::uint16_t channel() const noexcept {
    return channel_;
  }

  /// The channel is open and every order was answered.
  [[nodiscard]] bool is_ready() const noexcept {
    return stage_ == stage::ready;
  }

  /// Nothing is under way, and it is time for `begin`.
  [[nodiscard]] bool wants_begin(std::int64_t now_us) const noexcept {
    return stage_ == stage::closed && now_us >= not_before_us_;
  }

  /// Opens the channel and sends `orders`. @pre `link.is_open()`
  void begin(connection& link, std::vector<client_order> orders);

  /// Takes the answer to the present order; true when it was the last one.
  bool take_answer(connection& link, const server_event& event,
                   std::int64_t now_us);

  /// The server closed the channel. @param chance in [0, 1)
  void note_closed(std::int64_t now_us, double chance) noexcept;

  /// The connection is gone, and with it the channel.
  void reset() noexcept;

  /// When `wants_begin` may become true; 0: not by time.
  [[nodiscard]] std::int64_t due_us() const noexcept {
    return stage_ == stage::closed ? not_before_us_ : 0;
  }

private:
  enum class stage : std::uint8_t { closed, opening, ordering, ready };

  bool send_next(connection& link, std::int64_t now_us);

  std::uint16_t channel_;
  stage stage_ = stage::closed;
  std::vector<client_order> orders_;
  std::size_t next_ = 0;
  std::int64_t not_before_us_ = 0;
  backoff retry_;
};

} // namespace troupe::amqp
