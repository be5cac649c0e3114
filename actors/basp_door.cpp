#include "actors/basp_door.hpp"

#include "actors/caf_error.hpp"

#include <caf/actor_system.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/scribe_impl.hpp>
#include <caf/scoped_actor.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <set>
#include <utility>

namespace troupe {

namespace {

using visitor_count = std::atomic<int>;

// CAF asks a TCP port of everything; a Unix socket has none, so that each
// door goes by this number.
constexpr std::uint16_t door_number = 1;

caf::actor basp_broker_of(caf::actor_system& system) {
  return system.middleman().named_broker<caf::io::basp_broker>(
    caf::atom("BASP"));
}

/// CAF's TCP connection, but for the questions that only TCP can answer.
class unix_scribe final : public caf::io::network::scribe_impl {
public:
  /// @param visitors counts this one while it lives; may be null
  unix_scribe(caf::io::network::default_multiplexer& backend, int descriptor,
              std::shared_ptr<visitor_count> visitors)
    : scribe_impl(backend, descriptor), visitors_(std::move(visitors)) {
    if (visitors_)
      ++*visitors_;
  }

  ~unix_scribe() override {
    if (visitors_)
      --*visitors_;
  }

  unix_scribe(const unix_scribe&) = delete;
  unix_scribe& operator=(const unix_scribe&) = delete;

  [[nodiscard]] std::string addr() const override {
    return "unix";
  }

  [[nodiscard]] std::uint16_t port() const override {
    return door_number;
  }

private:
  std::shared_ptr<visitor_count> visitors_;
};

/// Accepts, looks at who comes, greets, and only then lets CAF speak.
class unix_doorman final : public caf::io::network::doorman_impl {
public:
  unix_doorman(caf::io::network::default_multiplexer& backend, int descriptor,
               door_options options, log_sink& log)
    : doorman_impl(backend, descriptor), options_(std::move(options)),
      log_(&log) {}

  [[nodiscard]] std::string addr() const override {
    return "unix";
  }

  [[nodiscard]] std::uint16_t port() const override {
    return door_number;
  }

  bool new_connection() override {
    if (detached())
      return false;
    door_socket socket{acceptor_.accepted_socket()};
    if (!admits(socket.descriptor()))
      return true;
    auto& backend = acceptor_.backend();
    caf::io::network::nonblocking(socket.descriptor(), true);
    auto scribe =
      caf::make_counted<unix_scribe>(backend, socket.release(), visitors_);
    auto handle = scribe->hdl();
    parent()->add_scribe(std::move(scribe));
    return doorman::new_connection(&backend, handle);
  }

private:
  bool admits(int descriptor) {
    if (!is_same_user(descriptor)) {
      log_->write(log_level::warning, "door", "refuse peer of another user");
      return false;
    }
    if (visitors_->load() >= options_.visitors_max) {
      log_->write(log_level::warning, "door",
                  fmt::format("refuse peer visitors={}", visitors_->load()));
      return false;
    }
    return greet(descriptor, options_.greeting);
  }

  door_options options_;
  log_sink* log_;
  std::shared_ptr<visitor_count> visitors_ = std::make_shared<visitor_count>(0);
};

class open_door final : public basp_door {
public:
  open_door(caf::actor_system& system, std::string path)
    : system_(system), path_(std::move(path)) {}

  ~open_door() override {
    close();
  }

  open_door(const open_door&) = delete;
  open_door& operator=(const open_door&) = delete;

  void close() override {
    if (path_.empty())
      return;
    ::unlink(path_.c_str());
    path_.clear();
    caf::anon_send(basp_broker_of(system_), caf::close_atom_v, door_number);
  }

private:
  caf::actor_system& system_;
  std::string path_;
};

caf::io::network::default_multiplexer&
multiplexer_of(caf::actor_system& system) {
  return dynamic_cast<caf::io::network::default_multiplexer&>(
    system.middleman().backend());
}

} // namespace

result<std::unique_ptr<basp_door>> open_basp_door(caf::actor_system& system,
                                                  door_options options,
                                                  const porter_actor& inside,
                                                  log_sink& log) {
  auto socket = listen_at(options.path);
  if (!socket)
    return socket.failure();
  auto door = std::make_unique<open_door>(system, options.path);
  caf::io::doorman_ptr doorman = caf::make_counted<unix_doorman>(
    multiplexer_of(system), socket.value().release(), std::move(options), log);
  caf::anon_send(basp_broker_of(system), caf::publish_atom_v,
                 std::move(doorman), door_number,
                 caf::actor_cast<caf::strong_actor_ptr>(inside),
                 std::set<std::string>{});
  return std::unique_ptr<basp_door>{std::move(door)};
}

result<porter_actor> enter(caf::actor_system& system, door_socket socket,
                           std::chrono::milliseconds longest) {
  caf::io::scribe_ptr scribe = caf::make_counted<unix_scribe>(
    multiplexer_of(system), socket.release(), nullptr);
  caf::scoped_actor self{system, true};
  std::optional<result<porter_actor>> entered;
  self
    ->request(basp_broker_of(system), longest, caf::connect_atom_v,
              std::move(scribe), door_number)
    .receive(
      [&](const caf::node_id&, const caf::strong_actor_ptr& inside,
          const std::set<std::string>&) {
        if (inside)
          entered = caf::actor_cast<porter_actor>(inside);
        else
          entered = error{errc::unreachable, "node: nobody behind its door"};
      },
      [&](const caf::error& why) {
        entered = error{errc::unreachable, "node: it hangs up at the door: "
                                             + from_caf(why).detail};
      });
  return std::move(*entered);
}

} // namespace troupe
