#pragma once

#include "actors/messages/embedding_supervisor.hpp"
#include "actors/messages/librarian.hpp"

#include <caf/result.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
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
  /// after `note` has seen it.
  template <class T, class Note, class... Ts>
  caf::result<T> forward(Note note, Ts&&... xs) const {
    auto promise = self_->make_response_promise<T>();
    ask(std::forward<Ts>(xs)...)
      .then(
        [promise, note](T& x) mutable {
          note(x);
          promise.deliver(std::move(x));
        },
        [promise](caf::error& why) mutable {
          promise.deliver(std::move(why));
        });
    return promise;
  }

  /// As `forward`, where the SUPERVISOR itself learns nothing from it.
  template <class T, class... Ts>
  caf::result<T> pass_on(Ts&&... xs) const {
    return forward<T>([](const T&) {}, std::forward<Ts>(xs)...);
  }

  [[nodiscard]] const librarian_actor& handle() const noexcept {
    return librarian_;
  }

private:
  supervisor_actor::pointer self_;
  librarian_actor librarian_;
  std::chrono::milliseconds deadline_;
};

} // namespace troupe
