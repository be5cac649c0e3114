#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace troupe {

/// How a node stands with RabbitMQ, for people.
struct broker_status {
  /// "off", "connecting", "up", "blocked", "waiting", or the reason of a
  /// failure: "auth_failed", "unreachable", …
  std::string state = "off";
  /// The server, without a password; empty when off.
  std::string server;
  /// Why, in the server's or the system's words.
  std::string detail;
  /// Queue or service → what is wrong with it.
  std::map<std::string, std::string> troubles;
  /// Every job queue is consumed.
  bool consuming = false;
  std::uint64_t connects = 0;
  std::uint64_t unconfirmed = 0;
  std::uint64_t republished = 0;
  std::uint64_t open_calls = 0;
  std::uint64_t late_replies = 0;
  std::uint64_t jobs_in_hand = 0;
};

} // namespace troupe
