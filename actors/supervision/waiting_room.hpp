#pragma once

#include "actors/caf_error.hpp"

#include <caf/error.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>
#include <vector>

namespace troupe {

/// Promises for one answer that comes later; each is answered exactly once.
template <class T>
class waiting_room {
public:
  waiting_room() = default;

  /// Tells who is left that no answer comes: CAF never does.
  ~waiting_room() {
    answer(to_caf({errc::unreachable, "the actor asked has ended"}));
  }

  waiting_room(const waiting_room&) = delete;
  waiting_room& operator=(const waiting_room&) = delete;

  /// Lets in the sender of the message that `self` handles at present.
  template <class Self>
  caf::typed_response_promise<T> admit(Self* self) {
    waiting_.push_back(self->template make_response_promise<T>());
    return waiting_.back();
  }

  [[nodiscard]] bool empty() const noexcept {
    return waiting_.empty();
  }

  /// Gives everybody the answer, or the failure, and lets them go.
  template <class Answer>
  void answer(const Answer& what) {
    for (auto& promise : std::exchange(waiting_, {}))
      promise.deliver(what);
  }

private:
  std::vector<caf::typed_response_promise<T>> waiting_;
};

} // namespace troupe
