#pragma once

#include "actors/caf_error.hpp"

#include <caf/error.hpp>
#include <caf/response_promise.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <map>
#include <utility>

namespace troupe {

/// Promises of an actor that are kept one by one, in any order. Whoever still
/// waits at its end is told so: CAF never does.
///
/// Invariant: every promise is in `owed_` until it is answered.
class debt_book {
public:
  /// A promise, and the number under which it is owed.
  template <class T>
  struct debt {
    std::int64_t number = 0;
    caf::typed_response_promise<T> promise;
  };

  debt_book() = default;

  ~debt_book() {
    for (auto& [number, promise] : owed_)
      promise.deliver(to_caf({errc::unreachable, "the node is ending"}));
  }

  debt_book(const debt_book&) = delete;
  debt_book& operator=(const debt_book&) = delete;

  /// Owes an answer to the sender of the message that `self` handles.
  template <class T, class Self>
  debt<T> owe(Self* self) {
    debt<T> owed{++last_number_, self->template make_response_promise<T>()};
    owed_.emplace(owed.number, owed.promise);
    return owed;
  }

  template <class T>
  void pay(debt<T> owed, T value) {
    owed_.erase(owed.number);
    owed.promise.deliver(std::move(value));
  }

  template <class T>
  void refuse(debt<T> owed, caf::error why) {
    owed_.erase(owed.number);
    owed.promise.deliver(std::move(why));
  }

  /// For `then`: an error is passed on to whom the answer is owed.
  template <class T>
  auto fails(const debt<T>& owed) {
    return [this, owed](caf::error& why) {
      refuse(owed, why);
    };
  }

private:
  std::map<std::int64_t, caf::response_promise> owed_;
  std::int64_t last_number_ = 0;
};

} // namespace troupe
