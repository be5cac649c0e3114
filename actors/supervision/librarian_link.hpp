#pragma once

#include "actors/caf_error.hpp"
#include "actors/messages/embedding_supervisor.hpp"
#include "actors/messages/librarian.hpp"

#include <caf/response_promise.hpp>
#include <caf/result.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <utility>

namespace troupe {

/// The SUPERVISOR's way to the LIBRARIAN: every request has a deadline. Part
/// of the SUPERVISOR, on its thread.
class librarian_link {
public:
  /// @param self the SUPERVISOR; outlives this
  librarian_link(supervisor_actor::pointer self, librarian_actor librarian,
                 std::chrono::milliseconds deadline)
    : self_(self), librarian_(std::move(librarian)), deadline_(deadline) {}

  /// Sends a request; the caller says what happens `then`.
  template <class... Ts>
  auto ask(Ts&&... xs) const {
    return self_->request(librarian_, deadline_, std::forward<Ts>(xs)...);
  }

  /// Asks on behalf of the sender of the present message, who gets the answer
  /// after `note` has seen it (and may have changed it).
  template <class T, class Note, class... Ts>
  caf::result<T> forward(Note note, Ts&&... xs) {
    return relay<T, T>(
      forward_deadline,
      [note](T& x) mutable {
        note(x);
        return std::move(x);
      },
      [] {}, std::forward<Ts>(xs)...);
  }

  /// As `forward`, where the SUPERVISOR itself learns nothing from it.
  template <class T, class... Ts>
  caf::result<T> pass_on(Ts&&... xs) {
    return forward<T>([](const T&) {}, std::forward<Ts>(xs)...);
  }

  /// As `forward`, with the short deadline, and the sender gets what `convert`
  /// makes of the answer. `lost` is called when there is none or a failure:
  /// the LIBRARIAN may have done it all the same.
  template <class From, class To, class Convert, class Lost, class... Ts>
  caf::result<To> convert(Convert convert, Lost lost, Ts&&... xs) {
    return relay<From, To>(deadline_, std::move(convert), std::move(lost),
                           std::forward<Ts>(xs)...);
  }

  /// Answers whoever still waits: CAF never does.
  ~librarian_link() {
    for (auto& [number, promise] : owed_)
      promise.deliver(to_caf({errc::unreachable, "the SUPERVISOR ended"}));
  }

  librarian_link(const librarian_link&) = delete;
  librarian_link& operator=(const librarian_link&) = delete;

  [[nodiscard]] const librarian_actor& handle() const noexcept {
    return librarian_;
  }

private:
  template <class From, class To, class Convert, class Lost, class... Ts>
  caf::result<To> relay(std::chrono::milliseconds deadline, Convert convert,
                        Lost lost, Ts&&... xs) {
    auto promise = self_->make_response_promise<To>();
    const auto number = ++last_number_;
    owed_.emplace(number, promise);
    self_->request(librarian_, deadline, std::forward<Ts>(xs)...)
      .then(
        [this, promise, number, convert](From& x) mutable {
          owed_.erase(number);
          promise.deliver(convert(x));
        },
        [this, promise, number, lost](caf::error& why) mutable {
          owed_.erase(number);
          lost();
          promise.deliver(std::move(why));
        });
    return promise;
  }

  /// A backup or a check may keep the LIBRARIAN for minutes; who asked waits.
  static constexpr std::chrono::minutes forward_deadline{15};

  supervisor_actor::pointer self_;
  librarian_actor librarian_;
  std::chrono::milliseconds deadline_;

  /// Promises of forwarded messages, until they are answered.
  std::map<std::int64_t, caf::response_promise> owed_;
  std::int64_t last_number_ = 0;
};

} // namespace troupe
