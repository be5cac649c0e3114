#pragma once

#include "domain/basp/frame_filter.hpp"
#include "domain/basp/refusal_ledger.hpp"
#include "domain/basp/relay.hpp"
#include "domain/ports/tls_stream.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

namespace troupe::basp {

/// How many may come, and how long they may take.
struct gate_limits {
  /// From the first byte to the last of a handshake.
  std::int64_t handshake_ms = 5'000;
  /// Handshakes at once; one more ends the oldest.
  std::size_t handshakes_max = 256;
  /// Visitors at once, of all roles.
  std::size_t visitors_max = 256;
  /// Connections at once from one host, handshakes among them.
  std::size_t per_address_max = 32;
};

/// Where a visitor goes, and what it may say there.
struct gate_joint {
  std::unique_ptr<byte_stream> door;
  filter_rules rules;
};

/// What a gate has done, for the record.
struct gate_news {
  enum class kind : std::uint8_t { admitted, refused, asked, trouble };

  kind what = kind::refused;
  /// "cert:anna", or a host.
  std::string who;
  std::string address;
  /// Of a refusal or trouble: why. Of a question: its word.
  std::string detail;
  std::int64_t times = 1;
};

/// Lets visitors of other hosts in: takes their connections, awaits their
/// handshakes, joins each to its door, and looks at every frame on the way.
///
/// Invariant: every connection is in exactly one list, and counted once for
/// its address.
///
/// Thread affinity: one thread. No call waits.
class gatehouse {
public:
  /// @param join opens the door for a certificate; its refusal is told to the
  /// visitor
  /// @param tell called from `advance`
  gatehouse(std::unique_ptr<tls_listener> listener, const gate_limits& limits,
            std::function<result<gate_joint>(const certificate_facts&)> join,
            std::function<void(const gate_news&)> tell);

  /// Adds what to wait for.
  void add_wishes(std::vector<relay::wish>& wishes) const;

  /// When to call `advance` at the latest; 0 = only when something is ready.
  [[nodiscard]] std::int64_t due_ms() const noexcept;

  /// @param ready the descriptors among the wishes that are
  void advance(const std::unordered_set<int>& ready, std::int64_t now_ms);

  /// Lets nobody in any more; who is in stays.
  void close();

  [[nodiscard]] std::size_t handshakes() const noexcept;
  [[nodiscard]] std::size_t visitors() const noexcept;

private:
  struct knock {
    std::unique_ptr<tls_stream> stream;
    std::int64_t deadline_ms = 0;
  };

  struct visit {
    std::unique_ptr<relay> way;
    std::string who;
    std::string address;
    int visitor = -1;
    int door = -1;
  };

  /// A connection that ends: what waits is still sent, what comes is ignored.
  struct farewell {
    /// One of the two.
    std::unique_ptr<tls_stream> stream;
    std::unique_ptr<relay> way;
    std::string address;
    std::int64_t deadline_ms = 0;
    /// The visitor is to hang up, or it may lose what it was told.
    bool awaits_end = false;
    std::size_t ignored = 0;

    [[nodiscard]] byte_stream& end() const;
  };

  void take_visitors(std::int64_t now_ms);
  void take_in(std::unique_ptr<tls_stream> stream, std::int64_t now_ms);
  void make_room(const std::string& why, std::int64_t now_ms);
  void shake_hands(const std::unordered_set<int>& ready, std::int64_t now_ms);
  void let_in(knock& who, std::int64_t now_ms);
  void carry(const std::unordered_set<int>& ready, std::int64_t now_ms);
  void end_visit(visit& which, const error& why, std::int64_t now_ms);
  void see_off(const std::unordered_set<int>& ready, std::int64_t now_ms);
  void send_away(std::unique_ptr<tls_stream> stream, const std::string& who,
                 const error& why, std::int64_t now_ms);
  void refuse(const std::string& who, const std::string& address,
              const std::string& why, std::int64_t now_ms);
  void leave(const std::string& address);

  std::unique_ptr<tls_listener> listener_;
  gate_limits limits_;
  std::function<result<gate_joint>(const certificate_facts&)> join_;
  std::function<void(const gate_news&)> tell_;

  std::list<knock> knocks_;
  std::list<visit> visits_;
  std::list<farewell> farewells_;
  std::map<std::string, std::size_t> by_address_;
  refusal_ledger ledger_;
  /// No connection is taken before; 0 = now.
  std::int64_t pause_until_ms_ = 0;
};

} // namespace troupe::basp
