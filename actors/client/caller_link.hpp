#pragma once

#include "actors/client/node_caller.hpp"
#include "domain/result.hpp"

#include <caf/actor.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace troupe {

/// One answer on its way from the CALLER's thread to the command's.
template <class T>
class answer_slot {
public:
  void give(result<T> x) {
    {
      const std::lock_guard guard{mutex_};
      answer_ = std::move(x);
    }
    given_.notify_one();
  }

  /// Waits; nothing when the time is over first.
  std::optional<result<T>> take(std::chrono::milliseconds longest) {
    std::unique_lock guard{mutex_};
    given_.wait_for(guard, longest, [this] { return answer_.has_value(); });
    return std::move(answer_);
  }

private:
  std::mutex mutex_;
  std::condition_variable given_;
  std::optional<result<T>> answer_;
};

/// A CALLER as blocking code sees it. Thread-safe.
class caller_link {
public:
  caller_link() = default;

  /// @param asker in whose name everything is asked, whatever a request says:
  /// the GATE of another host believes no other; empty: as it says
  caller_link(caf::actor caller, std::string asker)
    : caller_(std::move(caller)), asker_(std::move(asker)) {}

  /// Has it ask the PORTER; `tell` is called once, on its thread.
  template <class T, class... Ts>
  void begin(std::function<void(result<T>)> tell, Ts... xs) const {
    errand([tell = std::move(tell), ... xs = std::move(xs)](node_caller& to) {
      to.call<T>(tell, xs...);
    });
  }

  /// Asks the PORTER and waits.
  template <class T, class... Ts>
  result<T> ask(Ts... xs) const {
    auto slot = std::make_shared<answer_slot<T>>();
    begin<T>([slot](result<T> x) { slot->give(std::move(x)); },
             std::move(xs)...);
    return wait_for(*slot, node_caller::call_deadline + slack);
  }

  /// Asks the ADMINISTRATOR and waits.
  template <class T, class... Ts>
  result<T> ask_administrator(std::chrono::milliseconds deadline,
                              Ts... xs) const {
    (put_name(xs), ...);
    auto slot = std::make_shared<answer_slot<T>>();
    errand([slot, deadline, ... xs = std::move(xs)](node_caller& to) {
      to.call_administrator<T>(
        deadline, [slot](result<T> x) { slot->give(std::move(x)); }, xs...);
    });
    return wait_for(*slot, deadline + slack);
  }

private:
  /// Should CAF's own deadlines fail: every call ends this much after them.
  static constexpr auto slack = std::chrono::minutes{1};

  /// The ADMINISTRATOR's requests are structs with an asker, or one word.
  template <class Request>
  void put_name(Request& x) const {
    if (asker_.empty())
      return;
    if constexpr (requires { x.asker; })
      x.asker = asker_;
    else if constexpr (std::is_same_v<Request, std::string>)
      x = asker_;
  }

  template <class Deed>
  void errand(Deed&& deed) const {
    caf::anon_send(caller_, std::make_shared<std::function<void(node_caller&)>>(
                              std::forward<Deed>(deed)));
  }

  template <class T>
  static result<T> wait_for(answer_slot<T>& slot,
                            std::chrono::milliseconds longest) {
    if (auto answer = slot.take(longest))
      return std::move(*answer);
    return error{errc::unreachable, "node: it does not answer"};
  }

  caf::actor caller_;
  std::string asker_;
};

} // namespace troupe
