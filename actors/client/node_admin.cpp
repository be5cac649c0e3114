#include "actors/client/node_admin.hpp"

#include "actors/forwarded_admin_plane.hpp"

#include <utility>

namespace troupe {

namespace {

/// To an ADMINISTRATOR behind a node's door.
class node_route {
public:
  explicit node_route(caller_link link) : link_(std::move(link)) {}

  template <class T, class... Ts>
  result<T> ask(std::chrono::milliseconds deadline, Ts... xs) {
    return link_.ask_administrator<T>(deadline, std::move(xs)...);
  }

private:
  caller_link link_;
};

} // namespace

std::unique_ptr<admin_plane> make_node_admin(caller_link link) {
  return std::make_unique<forwarded_admin_plane<node_route>>(
    node_route{std::move(link)});
}

} // namespace troupe
