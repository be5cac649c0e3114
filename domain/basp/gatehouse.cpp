#include "domain/basp/gatehouse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe::basp {

namespace {

/// Connections taken before those that are in get their turn.
constexpr int taken_at_once = 64;
/// Without a free descriptor, nobody is let in for so long.
constexpr std::int64_t pause_ms = 200;
/// A visitor that is sent away has so long to read why, and may say so much.
constexpr std::int64_t farewell_ms = 1'000;
constexpr std::size_t ignored_max = std::size_t{4} << 20U;

std::int64_t earlier(std::int64_t one, std::int64_t other) noexcept {
  if (one == 0 || other == 0)
    return std::max(one, other);
  return std::min(one, other);
}

} // namespace

gatehouse::gatehouse(
  std::unique_ptr<tls_listener> listener, const gate_limits& limits,
  std::function<result<gate_joint>(const certificate_facts&)> join,
  std::function<void(const gate_news&)> tell)
  : listener_(std::move(listener)), limits_(limits), join_(std::move(join)),
    tell_(std::move(tell)) {}

byte_stream& gatehouse::farewell::end() const {
  if (stream)
    return *stream;
  return way->visitor();
}

// -- waiting ------------------------------------------------------------------

void gatehouse::add_wishes(std::vector<relay::wish>& wishes) const {
  if (listener_ && pause_until_ms_ == 0)
    wishes.push_back({listener_->descriptor(), true, false});
  for (const auto& each : knocks_)
    wishes.push_back(
      {each.stream->descriptor(), true, each.stream->wants_write()});
  for (const auto& each : visits_) {
    wishes.push_back(each.way->visitor_wish());
    wishes.push_back(each.way->node_wish());
  }
  for (const auto& each : farewells_)
    wishes.push_back(
      {each.end().descriptor(), each.awaits_end, each.end().wants_write()});
}

std::int64_t gatehouse::due_ms() const noexcept {
  auto due = earlier(pause_until_ms_, ledger_.due_ms());
  // Both lists are in the order of their deadlines.
  if (!knocks_.empty())
    due = earlier(due, knocks_.front().deadline_ms);
  if (!farewells_.empty())
    due = earlier(due, farewells_.front().deadline_ms);
  return due;
}

void gatehouse::advance(const std::unordered_set<int>& ready,
                        std::int64_t now_ms) {
  carry(ready, now_ms);
  see_off(ready, now_ms);
  shake_hands(ready, now_ms);
  if (pause_until_ms_ != 0 && now_ms >= pause_until_ms_)
    pause_until_ms_ = 0;
  if (listener_ && pause_until_ms_ == 0)
    take_visitors(now_ms);
  for (const auto& each : ledger_.settle(now_ms))
    tell_({gate_news::kind::refused, each.who, {}, each.why, each.times});
}

void gatehouse::close() {
  listener_.reset();
}

std::size_t gatehouse::handshakes() const noexcept {
  return knocks_.size();
}

std::size_t gatehouse::visitors() const noexcept {
  return visits_.size();
}

// -- knocking -----------------------------------------------------------------

void gatehouse::take_visitors(std::int64_t now_ms) {
  for (int i = 0; i < taken_at_once; ++i) {
    auto taken = listener_->accept();
    if (const auto trouble = listener_->take_trouble())
      tell_({gate_news::kind::trouble, {}, {}, trouble->detail, 1});
    if (!taken && !knocks_.empty()) {
      make_room("a slow handshake, while descriptors are short", now_ms);
      continue;
    }
    if (!taken) {
      pause_until_ms_ = now_ms + pause_ms;
      refuse("gate", {}, taken.failure().detail, now_ms);
      return;
    }
    if (!*taken)
      return;
    take_in(std::move(taken.value()), now_ms);
  }
}

/// Whoever means it is done within milliseconds: the oldest makes room.
void gatehouse::make_room(const std::string& why, std::int64_t now_ms) {
  const auto oldest = knocks_.front().stream->address();
  knocks_.pop_front();
  leave(oldest);
  refuse(oldest, oldest, why, now_ms);
}

void gatehouse::take_in(std::unique_ptr<tls_stream> stream,
                        std::int64_t now_ms) {
  const auto& address = stream->address();
  auto& here = by_address_[address];
  if (here >= limits_.per_address_max) {
    refuse(address, address,
           fmt::format("more than {} connections", limits_.per_address_max),
           now_ms);
    return;
  }
  ++here;
  if (knocks_.size() >= limits_.handshakes_max)
    make_room("a slow handshake, while others wait", now_ms);
  knocks_.push_back({std::move(stream), now_ms + limits_.handshake_ms});
}

void gatehouse::shake_hands(const std::unordered_set<int>& ready,
                            std::int64_t now_ms) {
  for (auto each = knocks_.begin(); each != knocks_.end();) {
    const auto address = each->stream->address();
    bool ends = false;
    if (now_ms >= each->deadline_ms) {
      refuse(address, address,
             fmt::format("no handshake within {} ms", limits_.handshake_ms),
             now_ms);
      ends = true;
    } else if (ready.contains(each->stream->descriptor())) {
      std::string early;
      const auto moved = each->stream->receive(early);
      if (!moved || !early.empty()) {
        refuse(address, address,
               moved ? "it speaks before it is greeted"
                     : moved.failure().detail,
               now_ms);
        ends = true;
      } else if (each->stream->established()) {
        let_in(*each, now_ms);
        each = knocks_.erase(each);
        continue;
      }
    }
    if (ends)
      leave(address);
    each = ends ? knocks_.erase(each) : std::next(each);
  }
}

void gatehouse::let_in(knock& who, std::int64_t now_ms) {
  const auto address = who.stream->address();
  const auto facts = who.stream->peer();
  if (!facts)
    return send_away(std::move(who.stream), address, facts.failure(), now_ms);
  const auto name = "cert:" + facts->name;
  if (visits_.size() >= limits_.visitors_max)
    return send_away(
      std::move(who.stream), name,
      {errc::overloaded, fmt::format("gate: {} visitors are in already; try "
                                     "again",
                                     limits_.visitors_max)},
      now_ms);
  auto joint = join_(*facts);
  if (!joint)
    return send_away(std::move(who.stream), name, joint.failure(), now_ms);
  visit made;
  made.who = name;
  made.address = address;
  made.visitor = who.stream->descriptor();
  made.door = joint->door->descriptor();
  const auto on_verb = [this, name, address](const verb& asked) {
    // Those in a name of their own are put on record by who does them.
    if (asked.changes && asked.asker == asker_place::nowhere)
      tell_(
        {gate_news::kind::asked, name, address, std::string{asked.word}, 1});
  };
  made.way = std::make_unique<relay>(
    std::move(who.stream),
    std::make_unique<visitor_sieve>(std::move(joint->rules), on_verb),
    std::move(joint->door), std::make_unique<node_sieve>());
  visits_.push_back(std::move(made));
  tell_({gate_news::kind::admitted, name, address,
         std::string{to_string(facts->role)}, 1});
}

// -- visits -------------------------------------------------------------------

void gatehouse::carry(const std::unordered_set<int>& ready,
                      std::int64_t now_ms) {
  for (auto each = visits_.begin(); each != visits_.end();) {
    result<void> moved;
    if (ready.contains(each->visitor) || ready.contains(each->door))
      moved = each->way->advance();
    if (!moved)
      end_visit(*each, moved.failure(), now_ms);
    each = moved ? std::next(each) : visits_.erase(each);
  }
}

void gatehouse::end_visit(visit& which, const error& why, std::int64_t now_ms) {
  const bool refused = which.way->visitor_was_refused();
  if (refused) {
    refuse(which.who, which.address, why.detail, now_ms);
    which.way->say_last(
      {why.code == errc::not_authorised ? errc::not_authorised : errc::corrupt,
       fmt::format("gate: refused: {}", why.detail)});
  }
  farewell ending;
  ending.way = std::move(which.way);
  ending.address = which.address;
  ending.deadline_ms = now_ms + farewell_ms;
  ending.awaits_end = refused;
  farewells_.push_back(std::move(ending));
}

void gatehouse::send_away(std::unique_ptr<tls_stream> stream,
                          const std::string& who, const error& why,
                          std::int64_t now_ms) {
  farewell ending;
  ending.address = stream->address();
  refuse(who, ending.address, why.detail, now_ms);
  static_cast<void>(stream->send(format_notice(why)));
  ending.stream = std::move(stream);
  ending.deadline_ms = now_ms + farewell_ms;
  ending.awaits_end = true;
  farewells_.push_back(std::move(ending));
}

void gatehouse::see_off(const std::unordered_set<int>& ready,
                        std::int64_t now_ms) {
  for (auto each = farewells_.begin(); each != farewells_.end();) {
    bool over = now_ms >= each->deadline_ms
                || (!each->awaits_end && each->end().unsent() == 0);
    if (!over && ready.contains(each->end().descriptor())) {
      std::string ignored;
      const auto moved =
        each->awaits_end ? each->end().receive(ignored) : each->end().flush();
      each->ignored += ignored.size();
      over = !moved || each->ignored > ignored_max;
    }
    if (over)
      leave(each->address);
    each = over ? farewells_.erase(each) : std::next(each);
  }
}

// -- helpers ------------------------------------------------------------------

void gatehouse::refuse(const std::string& who, const std::string& address,
                       const std::string& why, std::int64_t now_ms) {
  if (const auto told = ledger_.note(who, why, now_ms))
    tell_({gate_news::kind::refused, who, address, why, 1});
}

void gatehouse::leave(const std::string& address) {
  const auto found = by_address_.find(address);
  if (found != by_address_.end() && --found->second == 0)
    by_address_.erase(found);
}

} // namespace troupe::basp
