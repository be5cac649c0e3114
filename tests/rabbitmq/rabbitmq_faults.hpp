#pragma once

#include "tests/rabbitmq/busy_node.hpp"
#include "tests/rabbitmq/rabbitmq_server.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace troupe::testing {

/// More and longer of everything.
inline bool is_campaign() {
  const char* value = std::getenv("TROUPE_CAMPAIGN");
  return value != nullptr && std::string{value} == "full";
}

/// A test that hurts the shared server, or its network, in a vhost of its own.
class rabbitmq_faults : public ::testing::Test {
protected:
  void SetUp() override {
    if (!rabbitmq_server::installed())
      GTEST_SKIP() << "rabbitmq-server is not installed";
    vhost_ = server().fresh_vhost();
  }

  static rabbitmq_server& server() {
    return rabbitmq_server::shared();
  }

  /// One durable queue, and a heart that beats fast enough for a test.
  static amqp::session_options worker(const std::string& type = "classic") {
    amqp::session_options options;
    options.job_queues = {"jobs.a"};
    options.queue_type = type;
    options.prefetch = 100;
    options.login.heartbeat_s = 2;
    return options;
  }

  std::string vhost_;
};

} // namespace troupe::testing
