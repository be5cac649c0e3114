#pragma once

#include "actors/caf_error.hpp"
#include "actors/messages/administrator.hpp"
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

/// What a GATE said as it hung up, told from the TUNNEL's thread to whoever
/// must explain the end.
class last_words {
public:
  void put(const error& why) {
    const std::lock_guard guard{mutex_};
    // That it hung up is known.
    if (why.code != errc::unreachable)
      why_ = why;
  }

  /// `errc::none`: nothing.
  [[nodiscard]] error get() const {
    const std::lock_guard guard{mutex_};
    return why_;
  }

private:
  mutable std::mutex mutex_;
  error why_{errc::none, {}};
};

/// How the CALLER behaves.
struct caller_tunables {
  client_hello self;
  std::int64_t node_pid = 0;
  std::chrono::milliseconds patience{10'000};
  /// Never null.
  std::shared_ptr<const last_words> said = std::make_shared<last_words>();
};

/// The client's side of a conversation with a PORTER: it keeps the calls that
/// are open, notices when the node goes away, and, as long as a call is open,
/// asks now and then whether it still lives.
///
/// Invariant: each call is answered exactly once, by the node or by its end.
class node_caller : public caf::event_based_actor {
public:
  /// Of a call to the PORTER: as for the same verbs inside a process, and a
  /// little more.
  static constexpr std::chrono::milliseconds call_deadline{660'000};

  node_caller(caf::actor_config& cfg, porter_actor porter,
              caller_tunables tunables, caller_events events);

  caf::behavior make_behavior() override;

  /// Asks the PORTER. @param tell called once, on the CALLER's thread
  template <class T, class... Ts>
  void call(std::function<void(result<T>)> tell, Ts&&... xs) {
    call_actor<T>(call_deadline, porter_, std::move(tell),
                  std::forward<Ts>(xs)...);
  }

  /// Asks the ADMINISTRATOR, whom the PORTER is asked for first.
  template <class T, class... Ts>
  void call_administrator(std::chrono::milliseconds deadline,
                          std::function<void(result<T>)> tell, Ts... xs) {
    if (administrator_)
      return call_actor<T>(deadline, administrator_, std::move(tell),
                           std::move(xs)...);
    call<caf::strong_actor_ptr>(
      [this, deadline, tell, xs...](result<caf::strong_actor_ptr> found) {
        if (!found)
          return tell(found.failure());
        administrator_ = caf::actor_cast<administrator_actor>(*found);
        call_actor<T>(deadline, administrator_, tell, xs...);
      },
      desk_atom_v);
  }

private:
  template <class T, class Handle, class... Ts>
  void call_actor(std::chrono::milliseconds deadline, const Handle& to,
                  std::function<void(result<T>)> tell, Ts&&... xs) {
    if (gone_.code != errc::none)
      return tell(gone_);
    const auto number = ++last_call_;
    open_[number] = [tell](const error& why) {
      tell(why);
    };
    request(to, deadline, std::forward<Ts>(xs)...)
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

  void on_ping();
  void on_gone(error why);
  void watch();
  [[nodiscard]] error explain(const caf::error& why) const;

  porter_actor porter_;
  administrator_actor administrator_;
  caller_tunables tunables_;
  caller_events events_;
  std::map<std::int64_t, std::function<void(const error&)>> open_;
  std::int64_t last_call_ = 0;
  bool watching_ = false;
  error gone_{errc::none, {}};
};

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::caller_errand)
