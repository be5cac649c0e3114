#include "domain/amqp/ack_ledger.hpp"

namespace troupe::amqp {

void ack_ledger::note_delivered(std::uint64_t tag) {
  if (stands_.empty())
    first_ = tag;
  // A server that skips numbers never delivered them.
  while (first_ + stands_.size() < tag)
    stands_.push_back(stand::settled);
  stands_.push_back(stand::open);
  ++open_count_;
}

bool ack_ledger::acknowledge(std::uint64_t tag) {
  auto* found = at(tag);
  if (found == nullptr || *found != stand::open)
    return false;
  *found = stand::done;
  pending_.push_back(tag);
  --open_count_;
  return true;
}

bool ack_ledger::settle(std::uint64_t tag) {
  auto* found = at(tag);
  if (found == nullptr || *found != stand::open)
    return false;
  *found = stand::settled;
  --open_count_;
  return true;
}

std::vector<acknowledge> ack_ledger::take() {
  std::vector<amqp::acknowledge> out;
  std::uint64_t last_done = 0;
  std::size_t count = 0;
  for (; !stands_.empty() && stands_.front() != stand::open; ++first_) {
    if (stands_.front() == stand::done) {
      last_done = first_;
      ++count;
    }
    stands_.pop_front();
  }
  if (count > 0)
    out.push_back({last_done, count > 1});
  // Beyond a gap each stands for itself.
  for (const auto tag : pending_) {
    if (tag < first_)
      continue;
    *at(tag) = stand::settled;
    out.push_back({tag, false});
  }
  pending_.clear();
  return out;
}

void ack_ledger::reset() {
  stands_.clear();
  pending_.clear();
  open_count_ = 0;
}

ack_ledger::stand* ack_ledger::at(std::uint64_t tag) {
  return tag < first_ || tag - first_ >= stands_.size()
           ? nullptr
           : &stands_[tag - first_];
}

} // namespace troupe::amqp
