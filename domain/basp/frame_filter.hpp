#pragma once

#include "domain/basp/frame.hpp"
#include "domain/basp/peer_role.hpp"
#include "domain/basp/verb_table.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::basp {

/// Whom a visitor comes to, and as whom.
struct filter_rules {
  peer_role role = peer_role::viewer;
  /// What the visitor must call itself in requests: "cert:anna".
  std::string asker;
  /// This node's id as CAF writes it: 32 bytes.
  std::string node;
  /// Ids of the actors behind the doors; 0 = there is none.
  std::uint64_t porter = 0;
  std::uint64_t administrator = 0;
};

/// What becomes of a frame that is not refused.
enum class frame_fate : std::uint8_t {
  pass,
  /// CAF's own small talk, which needs no answer.
  drop,
};

/// Decides about each frame of one visitor, from its first to its last: only
/// what a client of ours in this role sends goes on to CAF.
///
/// Checked in this order: operation, handshake first and at most twice (CAF
/// repeats it), length, nodes, destination, forwarding stack, types, role,
/// asker. A refusal is for good: the connection must end.
/// `errc::not_authorised` refuses a request that a stronger role may make, and
/// all other codes what no client of ours would say.
///
/// Complexity: linear in the first hundred bytes of a frame. No allocation
/// unless it refuses.
class frame_filter {
public:
  explicit frame_filter(filter_rules rules);

  /// Decides about a header whose payload has not come yet.
  [[nodiscard]] result<void> check_header(const frame_header& header) const;

  /// Decides about a whole frame.
  /// @pre `frame.size() == header_bytes + payload_bytes`
  [[nodiscard]] result<frame_fate> check(std::string_view frame);

  /// The request that `check` passed last, if it was one.
  [[nodiscard]] const verb* last_verb() const noexcept;

private:
  result<void> check_handshake(std::string_view payload);
  [[nodiscard]] result<void> check_monitor(const frame_header& header,
                                           std::string_view payload) const;
  [[nodiscard]] result<void> check_down(const frame_header& header,
                                        std::string_view payload) const;
  result<frame_fate> check_direct(const frame_header& header,
                                  std::string_view payload);
  [[nodiscard]] result<void> check_reply(const frame_header& header,
                                         std::string_view payload) const;
  result<void> check_request(const frame_header& header,
                             std::string_view payload);
  [[nodiscard]] bool is_door(std::uint64_t actor) const noexcept;
  [[nodiscard]] bool names_both_nodes(std::string_view payload) const noexcept;

  filter_rules rules_;
  /// The visitor's own id; empty before its handshake.
  std::string visitor_;
  int handshakes_ = 0;
  const verb* last_ = nullptr;
};

} // namespace troupe::basp
