#pragma once

#include "actors/caf_error.hpp"
#include "domain/result.hpp"

#include <caf/scoped_actor.hpp>

#include <optional>
#include <utility>

namespace troupe {

/// Asks an actor and waits for its answer, at most until the deadline.
template <class T, class Handle, class Deadline, class... Ts>
result<T> blocking_ask(caf::scoped_actor& client, const Handle& actor,
                       Deadline deadline, Ts&&... xs) {
  std::optional<result<T>> answer;
  client->request(actor, deadline, std::forward<Ts>(xs)...)
    .receive([&](T& x) { answer = std::move(x); },
             [&](caf::error& why) { answer = from_caf(why); });
  return std::move(*answer);
}

} // namespace troupe
