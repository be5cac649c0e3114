#include "actors/broker/broker.hpp"

#include "actors/caf_error.hpp"
#include "actors/poll_actor.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <unordered_map>
#include <utility>

namespace troupe {

namespace {

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};

error failure_of(amqp::call_outcome outcome, const std::string& state) {
  switch (outcome) {
  case amqp::call_outcome::unroutable:
    return {errc::not_found, "rpc: no queue took the request; does the "
                             "service's queue exist?"};
  case amqp::call_outcome::refused:
    return {errc::overloaded, "rpc: the server refused the request; its queue "
                              "may be full"};
  default:
    return {errc::timeout,
            fmt::format("rpc: no reply within the deadline; the broker is {}",
                        state)};
  }
}

// -- state --------------------------------------------------------------------

/// Invariant: every promise in `calls_` and `publications_` belongs to a call
/// or publication that the session has not ended.
class broker_state {
public:
  static constexpr const char* name = "troupe.broker";

  explicit broker_state(broker_actor::pointer self) : self_(self) {}

  /// Answers whoever still waits: CAF never does.
  ~broker_state() {
    const auto why = to_caf({errc::unreachable, "the BROKER ended; ask again"});
    for (auto& [token, promise] : calls_)
      promise.deliver(why);
    for (auto& [token, promise] : publications_)
      promise.deliver(why);
    if (drained_.pending())
      drained_.deliver(why);
  }

  broker_state(const broker_state&) = delete;
  broker_state& operator=(const broker_state&) = delete;

  broker_actor::behavior_type make_behavior(const broker_parts& parts,
                                            const job_taker_actor& taker) {
    parts_ = parts;
    taker_ = taker;
    publishing_ = parts_.open_transport();
    consuming_ = parts_.open_transport();
    // Two BROKERs of a process must not share ids of calls.
    static std::atomic<std::uint64_t> incarnations{0};
    auto options = parts_.session;
    options.incarnation = ++incarnations;
    const auto mark =
      fmt::format("{:x}-{:x}", parts_.clock->now_us(), options.incarnation);
    id_prefix_ = fmt::format("{}-{}", options.login.name, mark);
    for (auto& service : options.services)
      if (service.way == amqp::reply_way::exclusive)
        service.response = fmt::format("{}.{}", id_prefix_, service.name);
    options.seed = static_cast<std::uint64_t>(parts_.clock->now_us());
    session_.emplace(options, *publishing_, *consuming_);
    return {
      [this](call_atom, rpc_question& x) { return on_call(x); },
      [this](publish_atom, outgoing_message& x) { return on_publish(x); },
      [this](ack_atom, const delivery_verdict& x) { on_ack(x); },
      [this](status_atom) { return on_status(); },
      [this](pause_atom) { on_pause(); },
      [this](drain_atom, std::int64_t x) { return on_drain(x); },
    };
  }

  // -- the loop ---------------------------------------------------------------

  /// Adds the two sockets; replies the longest wait in ms.
  int prepare(std::vector<pollfd>& descriptors) {
    // What the handlers gave the session goes out before anybody sleeps.
    if (!session_ || std::exchange(is_touched_, false))
      return 0;
    for (const auto* each : {publishing_.get(), consuming_.get()}) {
      const short events = each->wants_write() ? POLLIN | POLLOUT : POLLIN;
      descriptors.push_back({each->descriptor(), events, 0});
    }
    if (publishing_->has_more() || consuming_->has_more())
      return 0;
    auto due = amqp::earlier_due(session_->due_us(), drain_until_us_);
    if (due == 0)
      return -1;
    constexpr std::int64_t longest_ms = 3'600'000;
    const auto wait_ms = (due - now_us() + 999) / 1'000;
    return static_cast<int>(std::clamp<std::int64_t>(wait_ms, 0, longest_ms));
  }

  void advance() {
    if (!session_)
      return;
    std::vector<amqp::session_event> events;
    session_->advance(now_us(), events);
    for (auto& each : events)
      take(each);
    see_whether_drained();
  }

private:
  // -- message handlers, in the order of broker_actor -------------------------

  caf::result<rpc_answer> on_call(rpc_question& question) {
    is_touched_ = true;
    amqp::call_order order;
    order.token = ++last_token_;
    order.id = fmt::format("{}-{:x}", id_prefix_, order.token);
    order.queue = std::move(question.queue);
    order.content_type = std::move(question.content_type);
    order.body = std::move(question.body);
    order.deadline_us = now_us() + 1'000 * question.timeout_ms;
    const auto token = order.token;
    if (auto taken = session_->call(question.service, std::move(order)); !taken)
      return to_caf(taken.failure());
    auto promise = self_->make_response_promise<rpc_answer>();
    calls_.emplace(token, promise);
    return promise;
  }

  caf::result<publish_receipt> on_publish(outgoing_message& x) {
    is_touched_ = true;
    amqp::publication wanted;
    wanted.token = ++last_token_;
    wanted.exchange = std::move(x.exchange);
    wanted.routing_key = std::move(x.routing_key);
    wanted.content = std::move(x.content);
    wanted.mandatory = x.mandatory;
    wanted.deadline_us = x.within_ms == 0 ? 0 : now_us() + 1'000 * x.within_ms;
    const auto token = wanted.token;
    if (auto taken = session_->publish(std::move(wanted), x.lane); !taken)
      return to_caf(taken.failure());
    auto promise = self_->make_response_promise<publish_receipt>();
    publications_.emplace(token, promise);
    return promise;
  }

  void on_ack(const delivery_verdict& x) {
    is_touched_ = true;
    // A stale handle is counted by the session: the message comes again.
    if (x.end == delivery_end::done)
      static_cast<void>(session_->acknowledge(x.handle));
    else
      static_cast<void>(
        session_->reject(x.handle, x.end == delivery_end::again));
  }

  broker_status on_status() {
    return summarise(session_->status(), !parts_.session.job_queues.empty(),
                     parts_.server);
  }

  void on_pause() {
    is_touched_ = true;
    session_->stop_consuming();
  }

  caf::result<bool> on_drain(std::int64_t longest_ms) {
    is_touched_ = true;
    session_->stop_consuming();
    drain_until_us_ = now_us() + 1'000 * longest_ms;
    drained_ = self_->make_response_promise<bool>();
    return drained_;
  }

  // -- what the session tells -------------------------------------------------

  void take(amqp::session_event& event) {
    std::visit(overloaded{
                 [this](amqp::publish_told& x) { take_end(x.end); },
                 [this](amqp::call_told& x) { take_end(x.end); },
                 [this](amqp::delivery_told& x) { hand_over(x.what); },
                 [this](amqp::status_told& x) {
                   parts_.log->write(x.bad ? log_level::warning
                                           : log_level::info,
                                     "broker", x.text);
                 },
               },
               event);
  }

  void take_end(const amqp::publish_end& end) {
    const auto found = publications_.find(end.token);
    if (found == publications_.end())
      return;
    found->second.deliver(publish_receipt{end.outcome});
    publications_.erase(found);
  }

  void take_end(amqp::call_end& end) {
    const auto found = calls_.find(end.token);
    if (found == calls_.end())
      return;
    if (end.outcome == amqp::call_outcome::answered)
      found->second.deliver(
        rpc_answer{std::move(end.reply.properties.correlation_id),
                   std::move(end.reply.properties.content_type),
                   std::move(end.reply.body)});
    else
      found->second.deliver(to_caf(failure_of(end.outcome, on_status().state)));
    calls_.erase(found);
  }

  void hand_over(amqp::delivery& job) {
    if (taker_)
      self_->send(taker_, delivery_atom_v,
                  std::make_shared<const amqp::delivery>(std::move(job)));
  }

  void see_whether_drained() {
    if (drain_until_us_ == 0)
      return;
    const bool empty = session_->open_count() == 0;
    if (!empty && !closing_ && now_us() < drain_until_us_)
      return;
    if (!std::exchange(closing_, true)) {
      session_->close(now_us());
      // The server's answer is awaited for a second at most.
      drain_until_us_ = now_us() + 2'000'000;
    }
    if (!session_->is_closed())
      return;
    drain_until_us_ = 0;
    drained_.deliver(empty);
  }

  // -- helpers ----------------------------------------------------------------

  [[nodiscard]] std::int64_t now_us() const noexcept {
    return 1'000 * parts_.clock->monotonic_ms();
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  broker_actor::pointer self_;

  broker_parts parts_;
  /// May be null.
  job_taker_actor taker_;
  std::unique_ptr<amqp_transport> publishing_;
  std::unique_ptr<amqp_transport> consuming_;
  /// Never empty after make_behavior.
  std::optional<amqp::session> session_;

  std::string id_prefix_;
  std::uint64_t last_token_ = 0;
  std::unordered_map<std::uint64_t, caf::typed_response_promise<rpc_answer>>
    calls_;
  std::unordered_map<std::uint64_t,
                     caf::typed_response_promise<publish_receipt>>
    publications_;
  /// 0: no drain is under way.
  std::int64_t drain_until_us_ = 0;
  caf::typed_response_promise<bool> drained_;
  bool closing_ = false;
  /// The session was changed since it last advanced.
  bool is_touched_ = false;
};

// -- host ---------------------------------------------------------------------

using broker_base = poll_actor<broker_actor::stateful_base<broker_state>>;

/// Sleeps in poll(2) on both connections.
class broker_host final : public broker_base {
public:
  broker_host(caf::actor_config& cfg, const broker_parts& parts,
              job_taker_actor taker)
    : broker_base(cfg), parts_(parts), taker_(std::move(taker)) {}

  behavior_type make_behavior() override {
    return state.make_behavior(parts_, taker_);
  }

protected:
  void on_thread_start() override {
    if (parts_.threads != nullptr)
      parts_.threads->name_thread("broker");
  }

  int prepare_poll(std::vector<pollfd>& descriptors) override {
    return state.prepare(descriptors);
  }

  void on_poll(std::span<const pollfd>) override {
    state.advance();
  }

private:
  broker_parts parts_;
  job_taker_actor taker_;
};

} // namespace

// -- status -------------------------------------------------------------------

broker_status summarise(const amqp::session_status& session, bool consumes,
                        std::string server) {
  broker_status found;
  found.server = std::move(server);
  // The connection that is worse off speaks for both.
  const auto* worse = &session.publishing;
  if (consumes && session.consuming.state != amqp::link_state::up
      && session.publishing.state == amqp::link_state::up)
    worse = &session.consuming;
  found.state = worse->state == amqp::link_state::waiting
                    || (worse->state == amqp::link_state::connecting
                        && worse->why != amqp::loss::none)
                  ? to_string(worse->why)
                  : to_string(worse->state);
  found.detail = worse->text;
  found.troubles = session.troubles;
  found.consuming = session.consuming_all;
  found.connects = session.publishing.connects;
  found.unconfirmed = session.unconfirmed;
  found.republished = session.republished;
  found.open_calls = session.open_calls;
  found.late_replies = session.late_replies;
  found.jobs_in_hand = session.unacknowledged;
  return found;
}

// -- spawn --------------------------------------------------------------------

broker_actor spawn_broker(caf::actor_system& system, const broker_parts& parts,
                          const job_taker_actor& taker) {
  return system.spawn<broker_host>(parts, taker);
}

} // namespace troupe
