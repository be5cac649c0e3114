#pragma once

#include "actors/caf_error.hpp"
#include "actors/messages/porter.hpp"
#include "domain/result.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace troupe {

class node_caller;

/// Something to do on the CALLER's thread; never leaves the process.
using caller_errand = std::shared_ptr<std::function<void(node_caller&)>>;

/// What the CALLER tells whoever spawned it, from its own thread.
struct caller_events {
  std::function<void(run_news)> on_news;
  /// The node is gone: every open call has been told the same.
  std::function<void(error)> on_end;
};

/// How the CALLER behaves.
struct caller_tunables {
  client_hello self;
  std::int64_t node_pid = 0;
  std::chrono::milliseconds patience{10'000};
};

/// The client's side of a conversation with a PORTER: it keeps the calls that
/// are open, notices when the node goes away, and, as long as a call is open,
/// asks now and then whether it still lives.
///
/// Invariant: each call is answered exactly once, by the node or by its end.
class node_caller : public caf::event_based_actor {
public:
  node_caller(caf::actor_config& cfg, porter_actor porter,
              caller_tunables tunables, caller_events events);

  caf::behavior make_behavior() override;

  /// Asks the PORTER. @param tell called once, on the CALLER's thread
  template <class T, class... Ts>
  void call(std::function<void(result<T>)> tell, Ts&&... xs) {
    if (gone_.code != errc::none)
      return tell(gone_);
    const auto number = ++last_call_;
    open_[number] = [tell](const error& why) {
      tell(why);
    };
    request(porter_, call_deadline, std::forward<Ts>(xs)...)
      .then(
        [this, number, tell](T& x) {
          if (open_.erase(number) > 0)
            tell(std::move(x));
        },
        [this, number, tell](caf::error& why) {
          if (open_.erase(number) > 0)
            tell(explain(why));
        });
    watch();
  }

private:
  /// As for the same verbs inside a process, and a little more.
  static constexpr auto call_deadline = std::chrono::minutes{11};

  void on_ping();
  void on_gone(error why);
  void watch();
  [[nodiscard]] error explain(const caf::error& why) const;

  porter_actor porter_;
  caller_tunables tunables_;
  caller_events events_;
  std::map<std::int64_t, std::function<void(const error&)>> open_;
  std::int64_t last_call_ = 0;
  bool watching_ = false;
  error gone_{errc::none, {}};
};

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::caller_errand)
