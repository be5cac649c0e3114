#pragma once

#include "domain/basp/frame.hpp"
#include "domain/basp/frame_filter.hpp"
#include "domain/basp/verb_table.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// Frames as a command and a node of CAF 0.17.6 say them, seen on the wire.

namespace troupe::basp::fakes {

inline constexpr std::uint64_t porter_id = 0x16;
inline constexpr std::uint64_t administrator_id = 0x14;
inline constexpr std::uint64_t client_id = 8;
inline constexpr std::uint64_t request_id = 0x1000'0000'0000'0001;
inline constexpr std::uint64_t response_flag = std::uint64_t{1} << 63U;

inline std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i)
    out += static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
  return out;
}

/// The atom "default", a pid and a host.
inline std::string node_id(std::uint32_t pid) {
  return big_endian(0x3E9AAB9BAC79, 8) + big_endian(pid, 4)
         + std::string(20, '\x2F');
}

inline std::string our_node() {
  return node_id(1);
}

inline std::string visitor() {
  return node_id(2);
}

inline std::string frame(operation what, const std::string& payload,
                         std::uint64_t source = 0, std::uint64_t dest = 0,
                         std::uint64_t data = 0, std::uint8_t flags = 0) {
  frame_header header;
  header.operation = static_cast<std::uint8_t>(what);
  header.flags = flags;
  header.payload_bytes = static_cast<std::uint32_t>(payload.size());
  header.operation_data = data;
  header.source_actor = source;
  header.dest_actor = dest;
  return format_header(header) + payload;
}

inline std::string handshake(const std::string& node = visitor()) {
  return frame(operation::client_handshake, node);
}

inline std::string monitor(std::uint64_t whom) {
  return frame(operation::monitor_message, visitor() + our_node(), 0, whom);
}

inline std::string text(std::string_view x) {
  return static_cast<char>(x.size()) + std::string{x};
}

/// No forwarding stack, no type number, the types, then the elements.
inline std::string message(std::string_view types,
                           const std::string& elements) {
  return std::string(3, '\0') + text(types) + elements;
}

inline std::string types_of(const verb& what) {
  return "@<>+@atom"
         + (what.types.empty() ? "" : "+" + std::string{what.types});
}

/// A request for `what` in the name of `asker`.
inline std::string request(const verb& what, std::string_view asker) {
  const auto elements =
    big_endian(atom_number(what.word), 8)
    + (what.asker == asker_place::after_id ? big_endian(7, 8) : "")
    + text(asker);
  const auto dest = what.door == door::porter ? porter_id : administrator_id;
  return frame(operation::direct_message, message(types_of(what), elements),
               client_id, dest, request_id);
}

inline filter_rules rules_for(peer_role role) {
  return {role, "cert:anna", our_node(), porter_id, administrator_id};
}

} // namespace troupe::basp::fakes
