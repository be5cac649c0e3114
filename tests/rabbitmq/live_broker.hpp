#pragma once

#include "actors/actor_settings.hpp"
#include "actors/broker/broker_keeper.hpp"
#include "domain/amqp/server_address.hpp"
#include "io/amqp/rabbitmq_amqp_transport.hpp"
#include "io/posix_thread_placement.hpp"
#include "io/system_wall_clock.hpp"
#include "tests/fakes/memory_log_sink.hpp"
#include "tests/rabbitmq/session_loop.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace troupe::testing {

/// A connection whose next step fails as no step of ours should: it throws.
class mortal_transport final : public amqp_transport {
public:
  mortal_transport(std::unique_ptr<amqp_transport> real,
                   std::shared_ptr<std::atomic<bool>> dies)
    : real_(std::move(real)), dies_(std::move(dies)) {}

  result<void> connect() override {
    return real_->connect();
  }

  void disconnect() noexcept override {
    real_->disconnect();
  }

  [[nodiscard]] bool connected() const noexcept override {
    return real_->connected();
  }

  [[nodiscard]] int descriptor() const noexcept override {
    return real_->descriptor();
  }

  [[nodiscard]] bool wants_write() const noexcept override {
    return real_->wants_write();
  }

  void limit_frames(std::uint32_t frame_bytes_max) override {
    real_->limit_frames(frame_bytes_max);
  }

  result<void> send(std::uint16_t channel,
                    const amqp::client_order& order) override {
    return real_->send(channel, order);
  }

  [[nodiscard]] std::size_t buffered() const noexcept override {
    return real_->buffered();
  }

  result<pump_report> pump(std::vector<amqp::server_frame>& received) override {
    if (dies_->exchange(false))
      throw std::runtime_error{"the test wants this BROKER dead"};
    return real_->pump(received);
  }

  void flush() override {
    real_->flush();
  }

  [[nodiscard]] bool has_more() const noexcept override {
    return real_->has_more();
  }

private:
  std::unique_ptr<amqp_transport> real_;
  std::shared_ptr<std::atomic<bool>> dies_;
};

/// A BROKER behind its KEEPER, in an actor system of its own.
class live_broker {
public:
  live_broker(const std::string& url, const amqp::session_options& options) {
    const auto server = amqp::parse_server_address(url).value();
    parts_.session = options;
    parts_.session.login.user = server.user;
    parts_.session.login.password = server.password;
    parts_.session.login.vhost = server.vhost;
    parts_.open_transport = [server, dies = dies_] {
      return std::make_unique<mortal_transport>(
        io::open_rabbitmq_amqp_transport(server), dies);
    };
    parts_.clock = clock_.get();
    parts_.log = &log_;
    parts_.threads = threads_.get();
  }

  ~live_broker() {
    end();
  }

  live_broker(const live_broker&) = delete;
  live_broker& operator=(const live_broker&) = delete;

  /// Jobs that come in go to `taker`.
  void start(const job_taker_actor& taker = {}) {
    broker_ = spawn_broker_keeper(system_, parts_, taker);
  }

  /// Ends KEEPER and BROKER.
  void end() {
    caf::anon_send_exit(broker_, caf::exit_reason::user_shutdown);
    broker_ = broker_actor{};
  }

  /// The BROKER, not its KEEPER, dies by an exception as soon as it moves.
  void kill() {
    *dies_ = true;
    // It moves for whatever is asked.
    caf::anon_send(broker_, ack_atom_v, delivery_verdict{});
  }

  broker_status status() {
    broker_status found;
    client_->request(broker_, std::chrono::minutes{1}, status_atom_v)
      .receive([&](broker_status& x) { found = std::move(x); },
               [](caf::error&) {});
    return found;
  }

  /// Asks for the status again and again. False: not within a minute.
  bool until(const std::function<bool(const broker_status&)>& seen) {
    const auto late_us = steady_us() + 60'000'000;
    while (!seen(status()))
      if (steady_us() > late_us)
        return false;
    return true;
  }

  [[nodiscard]] const broker_actor& handle() const noexcept {
    return broker_;
  }

  caf::actor_system& system() noexcept {
    return system_;
  }

  [[nodiscard]] const memory_log_sink& log() const noexcept {
    return log_;
  }

private:
  std::unique_ptr<wall_clock> clock_ = io::open_system_wall_clock();
  std::unique_ptr<thread_placement> threads_ =
    io::open_posix_thread_placement();
  memory_log_sink log_;
  std::shared_ptr<std::atomic<bool>> dies_ =
    std::make_shared<std::atomic<bool>>(false);
  broker_parts parts_;
  actor_settings config_{1, remoting::off};
  caf::actor_system system_{config_};
  caf::scoped_actor client_{system_};
  broker_actor broker_;
};

} // namespace troupe::testing
