#include "domain/basp/relay.hpp"

#include <utility>

namespace troupe::basp {

relay::relay(std::unique_ptr<byte_stream> visitor,
             std::unique_ptr<stream_sieve> from_visitor,
             std::unique_ptr<byte_stream> node,
             std::unique_ptr<stream_sieve> from_node)
  : visitor_(std::move(visitor)), from_visitor_(std::move(from_visitor)),
    node_(std::move(node)), from_node_(std::move(from_node)) {}

relay::wish relay::visitor_wish() const noexcept {
  return {visitor_->descriptor(), node_->unsent() < unsent_max,
          visitor_->wants_write()};
}

relay::wish relay::node_wish() const noexcept {
  return {node_->descriptor(), visitor_->unsent() < unsent_max,
          node_->wants_write()};
}

result<void> relay::advance() {
  // The node first: what it said last still reaches a visitor who hangs up.
  auto told = move(*node_, *from_node_, *visitor_, refused_);
  refused_ = false;
  auto asked = move(*visitor_, *from_visitor_, *node_, refused_);
  return asked ? told : asked;
}

result<void> relay::move(byte_stream& from, stream_sieve& sieve,
                         byte_stream& to, bool& sieved) {
  if (to.unsent() >= unsent_max)
    return to.flush();
  std::string came;
  const auto received = from.receive(came);
  moved_ += came.size();
  std::string out;
  auto passed = sieve.pass(came, out);
  auto sent = out.empty() ? to.flush() : to.send(out);
  if (!passed) {
    sieved = true;
    return passed;
  }
  return received ? sent : received;
}

void relay::say_last(const error& why) {
  if (from_node_->is_between_frames())
    static_cast<void>(visitor_->send(format_notice(why)));
}

bool relay::visitor_was_refused() const noexcept {
  return refused_;
}

byte_stream& relay::visitor() noexcept {
  return *visitor_;
}

std::size_t relay::moved() const noexcept {
  return moved_;
}

} // namespace troupe::basp
