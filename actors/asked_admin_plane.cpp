#include "actors/asked_admin_plane.hpp"

#include "actors/caf_error.hpp"
#include "actors/forwarded_admin_plane.hpp"

#include <caf/scoped_actor.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace troupe {

namespace {

/// To an ADMINISTRATOR in this process.
class local_route {
public:
  local_route(caf::scoped_actor& client, administrator_actor peer)
    : client_(&client), peer_(std::move(peer)) {}

  template <class T, class... Ts>
  result<T> ask(std::chrono::milliseconds deadline, Ts... xs) {
    std::optional<result<T>> answer;
    (*client_)
      ->request(peer_, deadline, std::move(xs)...)
      .receive([&](T& x) { answer = std::move(x); },
               [&](caf::error& why) { answer = from_caf(why); });
    return std::move(*answer);
  }

private:
  caf::scoped_actor* client_;
  administrator_actor peer_;
};

} // namespace

std::unique_ptr<admin_plane>
ask_administrator(caf::scoped_actor& client,
                  administrator_actor administrator) {
  return std::make_unique<forwarded_admin_plane<local_route>>(
    local_route{client, std::move(administrator)});
}

} // namespace troupe
